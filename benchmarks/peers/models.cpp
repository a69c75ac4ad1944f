// Hand-written native peer of W3 (regressions), W4 (bootstrap), W5 (simulation study). usage: models DIR [WORKLOAD]
#include "peer.h"
// ---- small dense Cholesky solve, A (p x p, row major, upper used) x = b, in place
static bool chol(d *A, d *b, int p) {
  for (int i = 0; i < p; i++) { for (int j = i; j < p; j++) { d s = A[i * p + j]; for (int k = 0; k < i; k++) s -= A[k * p + i] * A[k * p + j];
      if (i == j) { if (s <= 0) return false; A[i * p + i] = std::sqrt(s); } else A[i * p + j] = s / A[i * p + i]; } }
  for (int i = 0; i < p; i++) { for (int k = 0; k < i; k++) b[i] -= A[k * p + i] * b[k]; b[i] /= A[i * p + i]; }
  for (int i = p - 1; i >= 0; i--) { for (int k = i + 1; k < p; k++) b[i] -= A[i * p + k] * b[k]; b[i] /= A[i * p + i]; }
  return true; }
typedef d v8 __attribute__((vector_size(64), aligned(64)));
// H[J0+a][K0+c] += sum_i w_i x_ai x_ci for a TI x TJ register tile (upper triangle only when J0 == K0)
template <int TI, int TJ, int BS> static inline void tile(const d *xt, const d *w, int J0, int K0, int P, d *H) {
  v8 acc[TI][TJ] = {};
  for (int i = 0; i < BS; i += 8) { v8 wv = *(const v8 *)(w + i), xk[TJ];
    #pragma GCC unroll 8
    for (int c = 0; c < TJ; c++) xk[c] = *(const v8 *)(xt + (K0 + c) * BS + i);
    #pragma GCC unroll 8
    for (int a = 0; a < TI; a++) { v8 t = wv * *(const v8 *)(xt + (J0 + a) * BS + i);
      #pragma GCC unroll 8
      for (int c = 0; c < TJ; c++) if (J0 != K0 || c >= a) acc[a][c] += t * xk[c]; } }
  for (int a = 0; a < TI; a++) for (int c = (J0 == K0 ? a : 0); c < TJ; c++) { d h = 0; for (int l = 0; l < 8; l++) h += acc[a][c][l]; H[(J0 + a) * P + K0 + c] += h; } }
// one pass over a block of BS rows held column by column, xt[col][BS]. Adds loglik, score, information.
template <int P, int BS, bool POIS> static d glm_block(const d *xt, const d *y, int m, const d *b, d *g, d *H) {
  alignas(64) d mu[BS], w[BS], qq[BS]; d ll = 0; for (int i = m; i < BS; i++) w[i] = mu[i] = 0;
  #pragma omp simd reduction(+:ll)
  for (int i = 0; i < m; i++) { d e = 0;
    #pragma GCC unroll 10
    for (int j = 0; j < P; j++) e += xt[j * BS + i] * b[j];
    if (POIS) { d v = VEXP(e); ll += y[i] * e - v; mu[i] = y[i] - v; w[i] = v; }
    else { d t = VEXP(-std::fabs(e)), q = 1 / (1 + t), tq = t * q, pr = e >= 0 ? q : tq; ll += y[i] * e - (e > 0 ? e : 0); qq[i] = q; mu[i] = y[i] - pr; w[i] = tq * q; } }
  if (!POIS) ll += sumlog(qq, m);
  constexpr int T = P == 10 ? 5 : P;
  #pragma GCC unroll 10
  for (int j = 0; j < P; j++) { v8 s = {}; for (int i = 0; i < BS; i += 8) s += *(const v8 *)(xt + j * BS + i) * *(const v8 *)(mu + i); for (int l = 0; l < 8; l++) g[j] += s[l]; }
  tile<T, T, BS>(xt, w, 0, 0, P, H); if (P == 10) { tile<T, T, BS>(xt, w, 0, 5, P, H); tile<T, T, BS>(xt, w, 5, 5, P, H); }
  return ll; }
static d *blocked(const d *X, long n, int p, int BS) { long nb = (n + BS - 1) / BS; d *T = alloc(nb * BS * p);
  for (long r = 0; r < n; r++) for (int j = 0; j < p; j++) T[(r / BS * p + j) * BS + r % BS] = X[r * p + j]; return T; }
template <int P, int BS, bool POIS> static int glm(const d *T, const d *y, long n, d *b, bool par) {
  for (int j = 0; j < P; j++) b[j] = 0; 
  if (POIS) { d s = 0; for (long i = 0; i < n; i++) s += y[i]; b[0] = std::log(s / n); }   // column 0 is the constant
  for (int it = 1; it < 50; it++) { d g[P] = {}, H[P * P] = {}, ll = 0; long nb = (n + BS - 1) / BS;
    auto body = [&](long k, d *gg, d *HH) { return glm_block<P, BS, POIS>(T + k * P * BS, y + k * BS, (int)std::min<long>(BS, n - k * BS), b, gg, HH); };
    if (par) {
      #pragma omp parallel for reduction(+:ll, g[:P], H[:P*P])
      for (long k = 0; k < nb; k++) ll += body(k, g, H);
    } else for (long k = 0; k < nb; k++) ll += body(k, g, H);
    d st = 0, g0[P]; memcpy(g0, g, sizeof g0); chol(H, g, P); for (int j = 0; j < P; j++) b[j] += g[j], st += g[j] * g0[j];
    if (st < 1e-10) return it; }                                   // Newton decrement
  return 50; }
template <int P, int K, int BS> static int softmax(const d *T, const d *y, long n, d *b) {  // K-1 blocks of P, class 0 reference
  const int Q = P * (K - 1); for (int j = 0; j < Q; j++) b[j] = 0;
  for (int it = 1; it < 50; it++) { static d g[P * (K - 1)], H[P * (K - 1) * P * (K - 1)]; memset(g, 0, sizeof g); memset(H, 0, sizeof H); long nb = (n + BS - 1) / BS;
    #pragma omp parallel for reduction(+: g[:Q], H[:Q*Q])
    for (long blk = 0; blk < nb; blk++) { const d *xt = T + blk * P * BS, *yy = y + blk * BS; int m = (int)std::min<long>(BS, n - blk * BS); d pr[K][BS], z[BS];
      for (int i = 0; i < m; i++) z[i] = 1;
      for (int c = 1; c < K; c++)
        #pragma omp simd
        for (int i = 0; i < m; i++) { d e = 0; for (int j = 0; j < P; j++) e += xt[j * BS + i] * b[(c - 1) * P + j]; pr[c][i] = VEXP(e); z[i] += pr[c][i]; }
      for (int c = 1; c < K; c++)
        #pragma omp simd
        for (int i = 0; i < m; i++) pr[c][i] /= z[i];
      for (int c = 1; c < K; c++) for (int j = 0; j < P; j++) { d s = 0;
        #pragma omp simd reduction(+:s)
        for (int i = 0; i < m; i++) s += xt[j * BS + i] * ((yy[i] == c ? 1. : 0.) - pr[c][i]);
        g[(c - 1) * P + j] += s; }
      for (int a = 1; a < K; a++) for (int c = a; c < K; c++) { alignas(64) d w[BS]; for (int i = m; i < BS; i++) w[i] = 0;
        #pragma omp simd
        for (int i = 0; i < m; i++) w[i] = a == c ? pr[a][i] * (1 - pr[a][i]) : -pr[a][i] * pr[c][i];
        d hh[P * P] = {}; tile<5, 5, BS>(xt, w, 0, 0, P, hh); tile<5, 5, BS>(xt, w, 0, 5, P, hh); tile<5, 5, BS>(xt, w, 5, 5, P, hh);
        for (int j = 0; j < P; j++) for (int k = j; k < P; k++) { d h = hh[j * P + k];
            H[((a - 1) * P + j) * Q + (c - 1) * P + k] += h; if (a != c && k != j) H[((a - 1) * P + k) * Q + (c - 1) * P + j] += h; } } }
    d st = 0, g0[P * (K - 1)]; memcpy(g0, g, sizeof g0); if (!chol(H, g, Q)) return -1;
    for (int j = 0; j < Q; j++) b[j] += g[j], st += g[j] * g0[j]; if (st < 1e-10) return it; }
  return 50; }
// ---- 8 interleaved xoshiro256+ streams; U in (0,1)
struct Rng { uint64_t s[4][8]; Rng(uint64_t seed) { for (auto &r : s) for (auto &v : r) { seed += 0x9E3779B97F4A7C15ull; uint64_t z = seed; z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull; z = (z ^ (z >> 27)) * 0x94D049BB133111EBull; v = z ^ (z >> 31); } }
  inline void next(uint64_t *o) {
    #pragma omp simd
    for (int l = 0; l < 8; l++) { o[l] = s[0][l] + s[3][l]; uint64_t t = s[1][l] << 17; s[2][l] ^= s[0][l]; s[3][l] ^= s[1][l]; s[1][l] ^= s[2][l]; s[0][l] ^= s[3][l]; s[2][l] ^= t; s[3][l] = s[3][l] << 45 | s[3][l] >> 19; } } };
int main(int argc, char **argv) {
  DIR_ = argv[1]; only = argc > 2 ? argv[2] : nullptr; const long n = 1000000, ns = 200000; static d b[64]; int it = 0; char note[300];
  d *X = load("w3_X", n * 10), *T = blocked(X, n, 10, 256), *y = load("w3_y_logit", n); free(X);
  auto run = [&](const char *wl, const char *c, d fits, d obs, int ne, const char *nt, auto f) { f(); snprintf(note, 300, nt, it); bench(wl, c, fits, obs, f, b, ne, note); };
  layout = "a design ready in blocks of 256 rows, column after column";
  run("W3", "logit", 1, n, 10, "Newton from 0, %d passes; X already in 256-row column blocks", [&] { it = glm<10, 256, false>(T, y, n, b, true); });
  free(y); y = load("w3_y_pois", n);
  run("W3", "poisson", 1, n, 10, "Newton from log mean, %d passes; X already in column blocks", [&] { it = glm<10, 256, true>(T, y, n, b, true); });
  free(y); y = load("w3_y_softmax", ns);
  run("W3", "softmax4", 1, ns, 30, "Newton from 0, %d passes, full 30x30 Hessian", [&] { it = softmax<10, 4, 256>(T, y, ns, b); });
  free(y); free(T); const int NB = 2000, MB = 500; X = load("w3b_X", (long)NB * MB * 4); y = load("w3b_y", (long)NB * MB); static d EB[NB * 4];
  auto small = [&] {
    #pragma omp parallel for schedule(dynamic, 16)
    for (int r = 0; r < NB; r++) { alignas(64) d t[4 * 512]; for (int j = 0; j < 4; j++) for (int i = MB; i < 512; i++) t[j * 512 + i] = 0; const d *x = X + (long)r * MB * 4; for (int i = 0; i < MB; i++) for (int j = 0; j < 4; j++) t[j * 512 + i] = x[i * 4 + j];
      glm<4, 512, false>(t, y + (long)r * MB, MB, EB + 4 * r, false); } };
  layout = "row after row"; small(); memcpy(b, EB, 12 * 8); bench("W3", "logit-batch2000", NB, (d)NB * MB, small, b, 12, "Newton from 0, n=500 p=4, row-major input transposed inside; estimates of fits 0-2");
  free(X); free(y);
  layout = "one data set"; tolerance = 0.05; // each draws its own 10,000 resamples: five standard errors of the difference of their deviations
  // ---- W4: the resample needs only (x, log x) tables: two sums, then the Newton solve over replicates
  const int B = 10000, m = 1000; d *x = load("w4_gamma", m), lx[1000]; for (int i = 0; i < m; i++) lx[i] = std::log(x[i]); static d S[B], L[B];
  auto boot = [&] {
    #pragma omp parallel for schedule(static)
    for (int r = 0; r < B; r++) { Rng g(1234 + 1000003ull * r); d a = 0, c = 0; uint64_t u[8], v[1000];
      for (int i = 0; i < 504; i += 8) { g.next(u); for (int l = 0; l < 8; l++) if (2 * (i + l) < 1000) { v[2 * (i + l)] = (u[l] >> 32) * 1000 >> 32; v[2 * (i + l) + 1] = (u[l] & 0xFFFFFFFFu) * 1000 >> 32; } }
      #pragma omp simd reduction(+:a,c)
      for (int i = 0; i < 1000; i++) { a += x[v[i]]; c += lx[v[i]]; }
      S[r] = a; L[r] = c; }
    #pragma omp parallel for simd schedule(static)
    for (int r = 0; r < B; r++) { d mn = S[r] / 1000, k = gamma_shape(VLOG(mn) - L[r] / 1000); S[r] = k; L[r] = mn / k; }
    d e[4] = {}; for (int r = 0; r < B; r++) e[0] += S[r] / B, e[2] += L[r] / B; for (int r = 0; r < B; r++) e[1] += (S[r] - e[0]) * (S[r] - e[0]), e[3] += (L[r] - e[2]) * (L[r] - e[2]);
    b[0] = e[0]; b[1] = std::sqrt(e[1] / B); b[2] = e[2]; b[3] = std::sqrt(e[3] / B); };
  run("W4", "gamma-bootstrap", B, (d)B * m, 4, "B=10000, all; mean and sd of shape*, then of scale*", boot);
  // ---- W5: simulate Weibull(1.5, 2), fit, Wald 95% interval coverage of shape and of scale
  const int R = 10000, nn = 100;
  auto sim = [&] { long cov1 = 0, cov2 = 0; d sk = 0, sl = 0;
    #pragma omp parallel for schedule(static) reduction(+:cov1,cov2,sk,sl)
    for (int r = 0; r < R; r++) { Rng g(777 + 1000003ull * r); d lx[104]; uint64_t u[8];
      for (int i = 0; i < 104; i += 8) { g.next(u); for (int l = 0; l < 8; l++) lx[i + l] = ((u[l] >> 11) + .5) * 0x1p-53; }
      d s1 = 0, s2 = 0;
      #pragma omp simd reduction(+:s1,s2)
      for (int i = 0; i < nn; i++) { d v = std::log(2.0) + VLOG(-VLOG(lx[i])) * (1 / 1.5); lx[i] = v; s1 += v; s2 += v * v; }
      d ml = s1 / nn, k = 1.28 / std::sqrt(s2 / nn - ml * ml), A = 0, Bv = 0, C = 0;
      for (int t = 0; t < 20; t++) { d a = 0, bb = 0, c = 0, q = 0;
        #pragma omp simd reduction(+:a,bb,c,q)
        for (int i = 0; i < nn; i++) { d w = lx[i] - ml, e = VEXP(k * w), ew = e * w, v = ew * w; a += e; bb += ew; c += v; q += v * w; }
        d rr = bb / a, ik = 1 / k, f = rr - ik, h = c / a - rr * rr + ik * ik, h2 = q / a - 3 * rr * c / a + 2 * rr * rr * rr - 2 * ik * ik * ik, dk = 2 * f * h / (2 * h * h - f * h2);
        if (dk >= k) dk = k / 2; k -= dk; A = a - dk * (bb - .5 * dk * (c - dk * q / 3)); Bv = bb - dk * (c - .5 * dk * q); C = c - dk * q; if (std::fabs(dk) < 3e-4 * k) break; }
      d lA = std::log(A / nn) / k, la = std::exp(ml + lA), sc = nn / A;            // t_i = sc*e_i, u_i = w_i - lA
      d t0 = nn, t1 = sc * (Bv - lA * A), t2 = sc * (C - 2 * lA * Bv + lA * lA * A), h11 = nn / k / k + t2, h12 = -k / la * t1 - (t0 - nn) / la, h22 = k * k / la / la * nn, det = h11 * h22 - h12 * h12;
      d se1 = std::sqrt(h22 / det), se2 = std::sqrt(h11 / det); cov1 += std::fabs(k - 1.5) < 1.959963985 * se1; cov2 += std::fabs(la - 2) < 1.959963985 * se2; sk += k; sl += la; }
    b[0] = (d)cov1 / R; b[1] = (d)cov2 / R; b[2] = sk / R; b[3] = sl / R; };
  layout = "none"; tolerance = 0.02; computes = "\"estimates\",\"standard errors\",\"intervals\"";
  run("W5", "weibull-sim", R, (d)R * nn, 4, "coverage(shape), coverage(scale), mean shape, mean scale; own RNG", sim);
}
