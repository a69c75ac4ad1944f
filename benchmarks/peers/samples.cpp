// Hand-written native peer of W1 (batch) and W2 (one big dataset). usage: samples DIR [WORKLOAD]
// g++ -O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp (log/exp vectorised through glibc's libmvec)
#include "peer.h"
#include <type_traits>
static const int N = 10000, n = 200; static d E[2 * N];
#define FITS(...) [&] { _Pragma("omp parallel for schedule(static)") for (int i = 0; i < N; i++) { const d *x = X + (long)i * n; __VA_ARGS__ } }

static d weibull_k(const d *lx, int m, d &lam, int *iters = nullptr) {   // lx: logs. Newton on the profile equation in k
  d s1 = 0, s2 = 0;
  #pragma omp simd reduction(+:s1,s2)
  for (int j = 0; j < m; j++) s1 += lx[j], s2 += lx[j] * lx[j];
  d ml = s1 / m, k = 1.28 / std::sqrt(s2 / m - ml * ml + 1e-300), A = 0;
  for (int it = 0; it < 30; it++) {                                        // Halley (cubic): usually 3 passes
    d a = 0, b = 0, c = 0, q = 0;
    #pragma omp simd reduction(+:a,b,c,q)
    for (int j = 0; j < m; j++) { d u = lx[j] - ml, e = VEXP(k * u), eu = e * u, v = eu * u; a += e; b += eu; c += v; q += v * u; }
    d r = b / a, ik = 1 / k, g = r - ik, h = c / a - r * r + ik * ik, h2 = q / a - 3 * r * c / a + 2 * r * r * r - 2 * ik * ik * ik;
    d dk = 2 * g * h / (2 * h * h - g * h2); if (iters) ++*iters;
    if (dk >= k) dk = k / 2; k -= dk;
    if (std::fabs(dk) < 3e-4 * k) { A = a - dk * (b - .5 * dk * (c - dk * q / 3)); break; }   // next error ~ dk^3
  }
  lam = std::exp(ml + std::log(A / m) / k); return k;
}
static void t4_fit(const d *x, int m, d &mu, d &sg) {     // EM start, then Newton in (mu, log sigma), df=4
  const d v = 4; d s = 0, s2 = 0;
  for (int j = 0; j < m; j++) s += x[j]; mu = s / m;
  for (int j = 0; j < m; j++) s2 += (x[j] - mu) * (x[j] - mu); sg = std::sqrt(s2 / m) * .75;
  for (int it = 0; it < 60; it++) {
    d S1 = 0, S2 = 0, S3 = 0, S4 = 0, S5 = 0, is = 1 / sg;
    #pragma omp simd reduction(+:S1,S2,S3,S4,S5)
    for (int j = 0; j < m; j++) { d z = (x[j] - mu) * is, q = 1 / (v + z * z), qz = q * z;
      S1 += qz; S2 += qz * z; S3 += q * qz; S4 += qz * qz; S5 += q * q; }
    d gm = (v + 1) * S1, gt = (v + 1) * S2 - m;                            // mu in units of sigma
    d a = (v + 1) * (S4 - v * S5), b = -2 * v * (v + 1) * S3, c = -2 * v * (v + 1) * S4, det = a * c - b * b;
    if (it < 2 || a >= 0 || det <= 0) {                                    // EM step
      d W = (v + 1) * (m - S2) / v; mu += sg * gm / W; sg *= std::sqrt((v + 1) * S2 / m); continue; }
    d dm = -(c * gm - b * gt) / det, dt = -(a * gt - b * gm) / det;
    mu += sg * dm; sg *= std::exp(dt);
    if (std::fabs(dm) + std::fabs(dt) < 1e-9) break;
  }
}
int main(int argc, char **argv) {
  DIR_ = argv[1]; only = argc > 2 ? argv[2] : nullptr; d *X, ob = (d)N * n; static d S[N], T[N];
  auto rep = [&](const char *c, const char *note, auto f) { bench("W1", c, N, ob, f, E, 6, note); };
  X = load("w1_normal", N * n);
  rep("normal", "mean, ML sd; estimates of datasets 0-2", FITS(
    d a = 0, b = 0; for (int j = 0; j < n; j++) a += x[j]; a /= n;
    for (int j = 0; j < n; j++) b += (x[j] - a) * (x[j] - a); E[2*i] = a; E[2*i+1] = std::sqrt(b / n);));
  free(X); X = load("w1_exponential", N * n);
  rep("exponential", "rate, 0", FITS(d a = 0; for (int j = 0; j < n; j++) a += x[j]; E[2*i] = n / a; E[2*i+1] = 0;));
  free(X); X = load("w1_gamma", N * n);
  auto gfin = [&] {
    #pragma omp parallel for simd schedule(static)
    for (int i = 0; i < N; i++) { d m = S[i] / n, k = gamma_shape(VLOG(m) - T[i] / n); S[i] = k; T[i] = m / k; }
    for (int i = 0; i < N; i++) E[2*i] = S[i], E[2*i+1] = T[i]; };
  auto g1 = FITS(d a = 0, b = 0; for (int j = 0; j < n; j++) a += x[j], b += VLOG(x[j]); S[i] = a; T[i] = b;);
  rep("gamma", "shape, scale; one log per observation", [&] { g1(); gfin(); });
  auto g2 = FITS(d a = 0; for (int j = 0; j < n; j++) a += x[j]; S[i] = a; T[i] = sumlog(x, n););
  rep("gamma", "shape, scale; sum of logs by mantissa products", [&] { g2(); gfin(); });
  free(X); X = load("w1_weibull", N * n);
  rep("weibull", "shape, scale; Halley in shape on cached logs", FITS(
    d lx[n]; for (int j = 0; j < n; j++) lx[j] = VLOG(x[j]); E[2*i] = weibull_k(lx, n, E[2*i+1]);));
  free(X); X = load("w1_beta", N * n);
  static d m1[N], m2[N];
  auto b1 = FITS(d p = 0, q = 0; for (int j = 0; j < n; j++) p += x[j], q += x[j] * x[j]; m1[i] = p / n; m2[i] = q / n;
    S[i] = sumlog(x, n) / n; d y[n]; for (int j = 0; j < n; j++) y[j] = 1 - x[j]; T[i] = sumlog(y, n) / n;);
  rep("beta", "a, b; mantissa products, then Newton over datasets", [&] { b1();
    #pragma omp parallel for simd schedule(static)
    for (int i = 0; i < N; i++) { d c = m1[i] * (1 - m1[i]) / (m2[i] - m1[i] * m1[i]) - 1, a = m1[i] * c, b = (1 - m1[i]) * c;
      for (int it = 0; it < 7; it++) { d h = trigamma8(a + b), g0 = digamma8(a + b), g = S[i] - digamma8(a) + g0, k = T[i] - digamma8(b) + g0;
        d A = trigamma8(a) - h, B = trigamma8(b) - h, D = A * B - h * h, da = (B * g + h * k) / D, db = (A * k + h * g) / D;
        da = da < -.8 * a ? -.8 * a : da; db = db < -.8 * b ? -.8 * b : db; a += da; b += db; }
      m1[i] = a; m2[i] = b; }
    for (int i = 0; i < N; i++) E[2*i] = m1[i], E[2*i+1] = m2[i]; });
  free(X); X = load("w1_poisson", N * n);
  rep("poisson", "lambda, 0", FITS(d a = 0; for (int j = 0; j < n; j++) a += x[j]; E[2*i] = a / n; E[2*i+1] = 0;));
  free(X); X = load("w1_negbin", N * n);
  rep("negbin", "size, mu; counts table, Newton in log size", FITS(
    static thread_local std::vector<int> C; static thread_local std::vector<d> t; d s = 0, s2 = 0; int mx = 0;
    for (int j = 0; j < n; j++) s += x[j], s2 += x[j] * x[j], mx = std::max(mx, (int)x[j]);
    C.assign(mx + 1, 0); t.assign(mx + 1, 0); for (int j = 0; j < n; j++) C[(int)x[j]]++;
    for (int v = mx - 1; v >= 0; v--) t[v] = t[v + 1] + C[v + 1]; const d *tp = t.data();
    d m = s / n, var = s2 / n - m * m, r = var > 1.05 * m ? m * m / (var - m) : 20 * m;
    for (int it = 0; it < 40; it++) { d a = 0, b = 0;
      _Pragma("omp simd reduction(+:a,b)") for (int v = 0; v < mx; v++) { d w = 1 / (r + v); a += tp[v] * w; b += tp[v] * w * w; }
      d g = r * (a + n * std::log(r / (r + m))), h = g + r * r * (n * (1 / r - 1 / (r + m)) - b), st = h < 0 ? -g / h : (g > 0 ? 1. : -1.);
      st = st > 1 ? 1 : st < -1 ? -1 : st; r *= std::exp(st); if (std::fabs(st) < 1e-9 || r > 1e6) break; }
    E[2*i] = r; E[2*i+1] = m;));
  free(X); X = load("w1_t4", N * n);
  rep("t4", "loc, scale; df=4 known; EM x2 then Newton", FITS(t4_fit(x, n, E[2*i], E[2*i+1]);));
  free(X);

  const long M = 10000000; d R[16]; d *x, *L = alloc(M);
  auto rep2 = [&](const char *c, int ne, const char *note, auto f) { bench("W2", c, 1, M, f, R, ne, note); };
// every W2 pass runs over cache-sized chunks with local pointers (a by-reference capture stops vectorisation)
#define CHUNKS(red, ...) { const d *x_ = x; d *L_ = L; const long M_ = M; (void)L_; _Pragma(red) \
  for (long c_ = 0; c_ < M_; c_ += 2048) { const int m = (int)std::min(2048L, M_ - c_); const d *y = x_ + c_; d *l = L_ + c_; (void)l; __VA_ARGS__ } }
#define SIMD(red) _Pragma(red) for (int j = 0; j < m; j++)
  x = load("w2_normal", M);
  rep2("normal-fit", 2, "mu, sigma; one shifted pass", [&] { d a = 0, b = 0, c = x[0];
    CHUNKS("omp parallel for reduction(+:a,b)", SIMD("omp simd reduction(+:a,b)") { d v = y[j] - c; a += v; b += v * v; })
    a /= M; R[0] = c + a; R[1] = std::sqrt(b / M - a * a); });
  free(x); x = load("w2_poisson", M);
  rep2("poisson-fit", 1, "lambda", [&] { d a = 0;
    CHUNKS("omp parallel for reduction(+:a)", SIMD("omp simd reduction(+:a)") a += y[j];) R[0] = a / M; });
  free(x); x = load("w2_gamma", M);
  rep2("gamma-fit", 2, "shape, scale; one log per observation", [&] { d a = 0, b = 0;
    CHUNKS("omp parallel for reduction(+:a,b)", SIMD("omp simd reduction(+:a,b)") { a += y[j]; b += VLOG(y[j]); })
    R[0] = gamma_shape(std::log(a / M) - b / M); R[1] = a / M / R[0]; });
  rep2("gamma-fit", 2, "shape, scale; mantissa products", [&] { d a = 0, b = 0;
    CHUNKS("omp parallel for reduction(+:a,b)", d s = 0; SIMD("omp simd reduction(+:s)") s += y[j]; a += s; b += sumlog(y, m);)
    R[0] = gamma_shape(std::log(a / M) - b / M); R[1] = a / M / R[0]; });
  free(x); x = load("w2_weibull", M);
  rep2("weibull-fit", 2, "shape, scale; start from first 20,000, logs cached in pass 1, Halley passes", [&] { d s = 0, lam;
    for (int i = 0; i < 20000; i++) L[i] = std::log(x[i]); d k = weibull_k(L, 20000, lam), c0 = std::log(lam), A = 0;
    for (int it = 0; it < 20; it++) { d a = 0, b = 0, c = 0, q = 0;
      CHUNKS("omp parallel for reduction(+:a,b,c,q,s)",
        if (!it) { SIMD("omp simd reduction(+:s)") { d u = VLOG(y[j]) - c0; l[j] = u; s += u; } }
        SIMD("omp simd reduction(+:a,b,c,q)") { d u = l[j], e = VEXP(k * u), eu = e * u, v = eu * u; a += e; b += eu; c += v; q += v * u; })
      d r = b / a, ik = 1 / k, g = r - ik - s / M, h = c / a - r * r + ik * ik, h2 = q / a - 3 * r * c / a + 2 * r * r * r - 2 * ik * ik * ik;
      d dk = 2 * g * h / (2 * h * h - g * h2); k -= dk; A = a - dk * (b - .5 * dk * (c - dk * q / 3));
      if (std::fabs(dk) < 1e-3 * k) break; }                                 // cubic: the next error is ~1e-9 relative or less
    R[0] = k; R[1] = std::exp(c0 + std::log(A / M) / k); });
  auto wfin = [&](d k, d la, d su, d t0, d t1, d t2) {
    d m = M, o[6] = {m * std::log(k / la) + (k - 1) * su - t0, m / k + su - t1, k / la * (t0 - m),
      -m / k / k - t2, (t0 - m) / la + k / la * t1, k / la / la * (m - (1 + k) * t0)}; memcpy(R, o, sizeof o); };
  computes = "\"log-likelihood\",\"score\",\"Hessian\"";
  rep2("weibull-eval", 6, "loglik, score(k,lambda), Hessian kk,kl,ll at k=1.4, lambda=2.1; from raw x", [&] {
    const d k = 1.4, la = 2.1, c = std::log(la); d su = 0, t0 = 0, t1 = 0, t2 = 0;
    CHUNKS("omp parallel for reduction(+:su,t0,t1,t2)", SIMD("omp simd reduction(+:su,t0,t1,t2)") {
      d u = VLOG(y[j]) - c, e = VEXP(k * u), eu = e * u; su += u; t0 += e; t1 += eu; t2 += eu * u; })
    wfin(k, la, su, t0, t1, t2); });
  for (long i = 0; i < M; i++) L[i] = std::log(x[i]);
  layout = "stored logarithms";
  rep2("weibull-eval-cachedlog", 6, "from stored logs", [&] {
    const d k = 1.4, la = 2.1, c = std::log(la); d su = 0, t0 = 0, t1 = 0, t2 = 0;
    CHUNKS("omp parallel for reduction(+:su,t0,t1,t2)", (void)y; SIMD("omp simd reduction(+:su,t0,t1,t2)") {
      d u = l[j] - c, e = VEXP(k * u), eu = e * u; su += u; t0 += e; t1 += eu; t2 += eu * u; })
    wfin(k, la, su, t0, t1, t2); });
  layout = "one data set after another"; free(x); x = load("w2_t", M);
  auto teval = [&](auto prod_) { constexpr bool prod = decltype(prod_)::value;
    const d mu = .4, sg = 1.6, v = 4.5, is = 1 / sg; d S0 = 0, S1 = 0, S2 = 0, S3 = 0, S4 = 0, S5 = 0;
    CHUNKS("omp parallel for reduction(+:S0,S1,S2,S3,S4,S5)", d tmp[2048];
      SIMD("omp simd reduction(+:S0,S1,S2,S3,S4,S5)") { d z = (y[j] - mu) * is, w = v + z * z, q = 1 / w, qz = q * z;
        S1 += qz; S2 += qz * z; S3 += q * qz; S4 += qz * qz; S5 += q * q; if (prod) tmp[j] = w; else S0 += VLOG(w); }
      if (prod) S0 += sumlog(tmp, m);)
    d m = M, Lw = S0 - m * std::log(v), s2 = is * is, cn = std::lgamma((v + 1) / 2) - std::lgamma(v / 2) - .5 * std::log(v * M_PI);
    d c1 = .5 * (digamma8((v + 1) / 2) - digamma8(v / 2) - 1 / v), c2 = .25 * (trigamma8((v + 1) / 2) - trigamma8(v / 2)) + .5 / (v * v);
    d gt = (v + 1) * S2 - m;   // d/d log sigma, then to sigma
    d htt = -2 * v * (v + 1) * S4, hmt = -2 * v * (v + 1) * S3 * is, htv = S2 - (v + 1) * S4;
    d o[10] = {m * (cn - std::log(sg)) - (v + 1) / 2 * Lw, (v + 1) * S1 * is, gt * is, m * c1 - .5 * Lw + (v + 1) / 2 * S2 / v,
      (v + 1) * (S4 - v * S5) * s2, hmt * is, (S1 - (v + 1) * S3) * is, (htt - gt) * s2, htv * is,
      m * c2 + S2 / v - (v + 1) / 2 * (S4 / v + S2 / v / v)}; memcpy(R, o, sizeof o); };
  rep2("t-eval", 10, "loglik, score(mu,sigma,nu), Hessian mm,ms,mn,ss,sn,nn at (.4,1.6,4.5); one log per observation", [&] { teval(std::false_type()); });
  rep2("t-eval", 10, "mantissa products instead of logs", [&] { teval(std::true_type()); });
}
