# What R's packages say of the reference data: one line for each number, its name and 17 digits.
# usage: Rscript oracle.R DATA REPLICATES
#   DATA  the folder of reference data; REPLICATES  a CSV file with the columns t and se, of 1/mean of the roots of aircondit's hours
suppressPackageStartupMessages({ library(boot); library(MASS); library(sandwich); library(fitdistrplus) })
args <- commandArgs(TRUE)
data <- function(name) read.csv(file.path(args[1], name))
say <- function(name, value) cat(sprintf("%s %.17g\n", name, value), sep = "")

# Of the roots no two resamples tie in the mean: boot leaves ties out of z0, of which half should count.
x <- sqrt(data("aircondit.csv")$hours)
replicates <- read.csv(args[2])
# Of the robust standard error, the square that studentized intervals want beside the rate.
rate <- function(d, i) { y <- d[i]; c(1 / mean(y), mean((y - mean(y))^2) / mean(y)^4 / length(y)) }
b <- boot(x, rate, R = nrow(replicates))
b$t <- cbind(replicates$t, replicates$se^2)
ci <- boot.ci(b, conf = 0.9, type = c("norm", "basic", "perc"))
say(c("normal.low", "normal.high"), ci$normal[2:3])
say(c("basic.low", "basic.high"), ci$basic[4:5])
say(c("percentile.low", "percentile.high"), ci$percent[4:5])
bca <- boot.ci(b, conf = 0.9, type = "bca", L = mean(x) - x)
say(c("bca.low", "bca.high"), bca$bca[4:5])
stud <- boot.ci(b, conf = 0.9, type = "stud", h = log, hdot = function(u) 1 / u, hinv = exp)
say(c("studentized.low", "studentized.high"), stud$student[4:5])

breaks <- glm(breaks ~ woolB + tensionM + tensionH, poisson, data("warpbreaks.csv"), epsilon = 1e-14)
say(paste0("hc0.", names(coef(breaks))), sqrt(diag(vcovHC(breaks, type = "HC0"))))
pima <- data("pima_tr.csv")
logit <- glm(type ~ npreg + glu + bp + skin + bmi + ped + age, binomial, pima, epsilon = 1e-14)
say(paste0("clustered.", names(coef(logit))), sqrt(diag(vcovCL(logit, cluster = pima$npreg, type = "HC0", cadjust = FALSE))))
ends <- suppressMessages(confint(logit))
say(paste0("profile.low.", rownames(ends)), ends[, 1])
say(paste0("profile.high.", rownames(ends)), ends[, 2])

fit <- fitdist(data("groundbeef.csv")$serving, "gamma", control = list(reltol = 1e-14))
say(paste0("fitdist.", names(fit$estimate)), fit$estimate)
say(paste0("fitdist.se.", names(fit$sd)), fit$sd)
distance <- gofstat(fit)
say(c("ks", "cvm", "ad"), c(distance$ks, distance$cvm, distance$ad))
