#!/usr/bin/env Rscript
# R peers of W1-W5, on one thread. usage: peer.R DIR. A package that is not installed is said to be so. Subsets are said in each note.
DIR <- commandArgs(TRUE)[1]; options(warn = -1)
has <- function(package) { there <- suppressMessages(require(package, character.only = TRUE, quietly = TRUE))
  if (!there) cat(sprintf('{"not_measured":"R\'s %s","why":"not installed"}\n', package)) else cat(sprintf('{"version":"R %s","is":"%s"}\n', package, packageVersion(package))); there }
cat(sprintf('{"version":"R","is":"%s.%s"}\n', R.version$major, R.version$minor))
load_ <- function(name, n, p = 1) { v <- readBin(file.path(DIR, paste0(name, ".bin")), "double", n * p, endian = "little"); if (p > 1) matrix(v, n, p, byrow = TRUE) else v }
E0 <- '"estimates"'; LL <- '"estimates","log-likelihood"'; SE <- '"estimates","log-likelihood","standard errors"'
bench <- function(peer, wl, case, fits, obs, f, est = unlist, note = "", computes = E0, layout = "one data set after another", tolerance = 1e-6, repeats = 3, warm = TRUE) {
  if (warm) f(); t <- c(); r <- NULL
  for (i in seq_len(repeats)) { a <- proc.time()[[3]]; k <- 0; repeat { r <- f(); k <- k + 1; e <- proc.time()[[3]] - a; if (e > 0.2) break }; t <- c(t, e / k) }
  cat(sprintf('{"peer":"%s","workload":"%s %s","computes":[%s],"layout":"%s","threads":1,"fits":%d,"observations":%d,"tolerance":%g,"seconds":[%s],"estimates":[%s],"note":"%s"}\n',
    peer, wl, case, computes, layout, as.integer(fits), as.integer(obs), tolerance, paste(sprintf("%.6g", t), collapse = ","), paste(sprintf("%.15g", as.numeric(est(r))), collapse = ","), note)); flush(stdout()) }
S <- 200
w1 <- function(peer, fam, f, note, computes = E0, tolerance = 1e-6) { X <- load_(paste0("w1_", fam), 10000, 200)[1:S, ]
  bench(peer, "W1", fam, S, S * 200, function() lapply(1:S, function(i) f(X[i, ])), function(r) unlist(r[1:3]), paste0(note, "; the first 200 data sets only"), computes, tolerance = tolerance) }
if (has("MASS")) {
P <- "MASS::fitdistr"; fd <- function(...) fitdistr(...)$estimate
w1(P, "normal", function(x) fd(x, "normal"), "fitdistr, closed form, with standard errors", SE, 5e-3)
w1(P, "exponential", function(x) c(fd(x, "exponential"), 0), "fitdistr, closed form", SE, 5e-3)
w1(P, "gamma", function(x) { e <- fd(x, "gamma"); c(e[1], 1 / e[2]) }, "fitdistr: optim with Hessian", SE, 5e-3)
w1(P, "weibull", function(x) fd(x, "weibull"), "fitdistr: optim with Hessian", SE, 5e-3)
w1(P, "beta", function(x) { m <- mean(x); k <- m * (1 - m) / var(x) - 1; fd(x, "beta", list(shape1 = m * k, shape2 = (1 - m) * k)) }, "fitdistr from moments", SE, 5e-3)
w1(P, "poisson", function(x) c(fd(x, "Poisson"), 0), "fitdistr, closed form", SE, 5e-3)
w1(P, "negbin", function(x) fd(x, "negative binomial"), "fitdistr: optim with Hessian", SE, 5e-3)
w1(P, "t4", function(x) fd(x, "t", df = 4), "fitdistr(df=4): optim with Hessian", SE, 5e-3)
}
if (has("fitdistrplus")) {
P <- "fitdistrplus"; fp <- function(...) fitdist(...)$estimate
w1(P, "gamma", function(x) { e <- fp(x, "gamma"); c(e[1], 1 / e[2]) }, "fitdist mle", SE, 5e-3)
w1(P, "weibull", function(x) fp(x, "weibull"), "fitdist mle", SE, 5e-3)
w1(P, "beta", function(x) fp(x, "beta"), "fitdist mle", SE, 5e-3)
w1(P, "negbin", function(x) fp(x, "nbinom"), "fitdist mle", SE, 5e-3)
}
if (has("survival"))
w1("survival::survreg", "weibull", function(x) { s <- survreg(Surv(x) ~ 1); c(1 / s$scale, exp(s$coef)) }, "survreg: Newton in C", SE)
wb <- function(x) { lx <- log(x); ml <- mean(lx); u <- lx - ml; k <- 1.28 / sd(u)
  for (i in 1:30) { e <- exp(k * u); a <- sum(e); b <- sum(e * u); c <- sum(e * u * u); r <- b / a; d <- (r - 1 / k) / (c / a - r * r + 1 / k^2); k <- k - d; if (abs(d) < 1e-9 * k) break }
  c(k, exp(ml + log(mean(exp(k * u))) / k)) }
ga <- function(m, l) { s <- log(m) - l; k <- (3 - s + sqrt((s - 3)^2 + 24 * s)) / (12 * s); for (i in 1:4) k <- 1 / (1 / k + (log(k) - digamma(k) - s) / (k - k * k * trigamma(k))); c(k, m / k) }
w1("R, by hand", "gamma", function(x) ga(mean(x), mean(log(x))), "hand-written Newton")
w1("R, by hand", "weibull", wb, "hand-written Newton")
# ---- W2
M <- 1e7
x <- load_("w2_normal", M); if (has("MASS")) bench("MASS::fitdistr", "W2", "normal-fit", 1, M, function() fd(x, "normal"), note = "closed form", computes = SE)
x <- load_("w2_poisson", M); bench("R", "W2", "poisson-fit", 1, M, function() mean(x), note = "mean")
x <- load_("w2_gamma", M); bench("R, by hand", "W2", "gamma-fit", 1, M, function() ga(mean(x), mean(log(x))), note = "sufficient statistics, Newton")
x <- load_("w2_weibull", M); bench("R, by hand", "W2", "weibull-fit", 1, M, function() wb(x), note = "hand-written Newton", repeats = 1, warm = FALSE)
bench("R", "W2", "weibull-eval", 1, M, function() { k <- 1.4; la <- 2.1; u <- log(x) - log(la); t <- exp(k * u); tu <- t * u; s0 <- sum(t); s1 <- sum(tu); s2 <- sum(tu * u); su <- sum(u)
  c(M * log(k / la) + (k - 1) * su - s0, M / k + su - s1, k / la * (s0 - M), -M / k^2 - s2, (s0 - M) / la + k / la * s1, k / la^2 * (M - (1 + k) * s0)) }, note = "at (1.4, 2.1)", computes = '"log-likelihood","score","Hessian"')
rm(x); invisible(gc())
# ---- W3
n <- 1e6; X <- load_("w3_X", n, 10); y <- load_("w3_y_logit", n)
bench("glm.fit", "W3", "logit", 1, n, function() glm.fit(X, y, family = binomial())$coefficients, note = "IRLS", computes = LL, layout = "a design, column after column", repeats = 1, warm = FALSE)
y <- load_("w3_y_pois", n); bench("glm.fit", "W3", "poisson", 1, n, function() glm.fit(X, y, family = poisson())$coefficients, note = "IRLS", computes = LL, layout = "a design, column after column", repeats = 1, warm = FALSE)
ns <- 2e5; y <- load_("w3_y_softmax", ns); D <- data.frame(y = factor(y), X[1:ns, -1])
if (has("nnet")) bench("nnet::multinom", "W3", "softmax4", 1, ns, function() t(coef(multinom(y ~ ., D, trace = FALSE, maxit = 500, reltol = 1e-12))), note = "BFGS", computes = LL, layout = "a data frame", tolerance = 1e-3, repeats = 1, warm = FALSE)
Xb <- array(readBin(file.path(DIR, "w3b_X.bin"), "double", 4e6), c(4, 500, 2000)); yb <- matrix(load_("w3b_y", 1e6), 500)
bench("glm.fit", "W3", "logit-batch2000", 200, 1e5, function() lapply(1:200, function(i) glm.fit(t(Xb[, , i]), yb[, i], family = binomial())$coefficients), function(r) unlist(r[1:3]), "IRLS; the first 200 of 2,000 only", LL, "designs, column after column")
# ---- W4
x <- load_("w4_gamma", 1000); set.seed(1); sm <- function(m) c(mean(m[, 1]), sd(m[, 1]), mean(m[, 2]), sd(m[, 2]))
if (has("fitdistrplus")) { f0 <- fitdist(x, "gamma"); bench("fitdistrplus", "W4", "gamma-bootstrap", 200, 2e5, function() bootdist(f0, "nonparam", 200), function(b) sm(cbind(b$estim[, 1], 1 / b$estim[, 2])), "bootdist, B = 200, not 10,000", layout = "one data set", tolerance = 0.3) }
if (has("boot")) bench("boot", "W4", "gamma-bootstrap", 2000, 2e6, function() boot(x, function(d, i) ga(mean(d[i]), mean(log(d[i]))), 2000), function(b) sm(b$t), "with Newton by hand, B = 2,000, not 10,000", layout = "one data set", tolerance = 0.1)
# ---- W5
sim <- function(fit, R) function() { c1 <- c2 <- 0; for (r in 1:R) { y <- rweibull(100, 1.5, 2); e <- fit(y); k <- e[1]; la <- e[2]; if (length(e) == 4) s <- e[3:4] else {
    u <- log(y / la); t <- exp(k * u); b <- -k / la * sum(t * u); s <- sqrt(diag(solve(matrix(c(100 / k^2 + sum(t * u * u), b, b, k * k / la^2 * 100), 2)))) }
  c1 <- c1 + (abs(k - 1.5) < 1.959964 * s[1]); c2 <- c2 + (abs(la - 2) < 1.959964 * s[2]) }; c(c1, c2) / R }
SI <- '"estimates","standard errors","intervals"'
if (has("MASS")) bench("MASS::fitdistr", "W5", "weibull-sim", 200, 2e4, sim(function(y) { f <- fitdistr(y, "weibull"); c(f$estimate, f$sd) }, 200), note = "200 replicates, not 10,000; coverages", computes = SI, layout = "none", tolerance = 0.08)
bench("R, by hand", "W5", "weibull-sim", 1000, 1e5, sim(wb, 1000), note = "1,000 replicates, not 10,000; coverages", computes = SI, layout = "none", tolerance = 0.05)
