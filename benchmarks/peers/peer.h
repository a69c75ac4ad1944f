// Shared harness of the native peers: read .bin, time with warm-up, print one JSON line.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>
#include <algorithm>
#include <chrono>
#include <omp.h>
typedef double d;
static std::string DIR_;
// the one workload that is timed, or null for all: others run once, for what comes after them may need what they leave
static const char *only = nullptr;
static inline d *load(const char *name, size_t n) {
  d *p = (d *)aligned_alloc(4096, (n * 8 + 4095) / 4096 * 4096);
  FILE *f = fopen((DIR_ + "/" + name + ".bin").c_str(), "rb");
  if (!f || fread(p, 8, n, f) != n) { fprintf(stderr, "cannot read %s\n", name); exit(1); }
  fclose(f); return p;
}
static inline d *alloc(size_t n) { d *p = (d *)aligned_alloc(4096, (n * 8 + 4095) / 4096 * 4096); memset(p, 0, n * 8); return p; }
static inline d now() { return std::chrono::duration<d>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
#ifdef INL
#define PEER "C++ inlined"
#else
#define PEER "C++"
#endif
// What the lines that follow compute, as JSON, and from which layout.
static const char *computes = "\"estimates\"", *layout = "one data set after another";
// how far estimates may lie from ours, relatively
static d tolerance = 1e-8;
// one warm-up, then at least 5 repeats and at least 0.7 s (at most 100); all times go out, for rounds to be pooled
template <class F> static void bench(const char *wl, const char *what, d fits, d obs, F f, const d *est, int nest, const char *note) {
  f();
  if (only && std::string(wl) + " " + what != only) return;
  std::vector<d> t; d t0 = now();
  while (t.size() < 5 || (now() - t0 < 0.7 && t.size() < 100)) { d a = now(); f(); t.push_back(now() - a); }
  printf("{\"peer\":\"%s\",\"workload\":\"%s %s\",\"computes\":[%s],\"layout\":\"%s\",\"threads\":%d,\"fits\":%.0f,\"observations\":%.0f,\"tolerance\":%g,\"seconds\":[",
         PEER, wl, what, computes, layout, omp_get_max_threads(), fits, obs, tolerance);
  for (size_t i = 0; i < t.size(); i++) printf("%s%.6g", i ? "," : "", t[i]);
  printf("],\"estimates\":[");
  for (int i = 0; i < nest; i++) printf("%s%.15g", i ? "," : "", est[i]);
  printf("],\"note\":\"%s\"}\n", note); fflush(stdout);
}
// -DINL: inlined polynomial exp/log that g++ vectorises in place of calls to libmvec (finite normal arguments)
#ifdef INL
static inline __attribute__((always_inline)) d fexp(d x) {
  x = x < -708 ? -708 : x > 709 ? 709 : x; d k = __builtin_nearbyint(x * 1.4426950408889634);
  d r = __builtin_fma(k, -1.90821492927058770002e-10, __builtin_fma(k, -6.93147180369123816490e-01, x)), p = 1 / 6227020800.;
#define S_(c) p = __builtin_fma(p, r, c);
  S_(1 / 479001600.) S_(1 / 39916800.) S_(1 / 3628800.) S_(1 / 362880.) S_(1 / 40320.) S_(1 / 5040.) S_(1 / 720.) S_(1 / 120.) S_(1 / 24.) S_(1 / 6.) S_(.5) S_(1.) S_(1.)
  int64_t e = ((int64_t)k + 1023) << 52; d s; memcpy(&s, &e, 8); return p * s; }
static inline __attribute__((always_inline)) d flog(d x) {
  int64_t u; memcpy(&u, &x, 8); int64_t t = u - 0x3FE8000000000000ll, e = t >> 52; u -= e << 52; d m; memcpy(&m, &u, 8);   // m in [.75,1.5)
  d f = m - 1, q = f / (f + 2), r = q * q, p = 2 / 23.; S_(2 / 21.) S_(2 / 19.) S_(2 / 17.) S_(2 / 15.) S_(2 / 13.) S_(2 / 11.) S_(2 / 9.) S_(2 / 7.) S_(2 / 5.) S_(2 / 3.)
  d h = .5 * f * f, k = (d)e; return __builtin_fma(k, 6.93147180369123816490e-01, __builtin_fma(k, 1.90821492927058770002e-10, f - (h - q * (h + r * p)))); }
#define VEXP fexp
#define VLOG flog
#else
#define VEXP std::exp
#define VLOG std::log
#endif
// branch-free digamma and trigamma for x>0: shift by 8, then the asymptotic series (vectorises under omp simd)
#pragma omp declare simd
static inline d digamma8(d x) {
  d s = 0; for (int i = 0; i < 8; i++) s += 1 / (x + i);
  d y = x + 8, r = 1 / y, q = r * r;
  return VLOG(y) - .5 * r - q * (1. / 12 - q * (1. / 120 - q * (1. / 252 - q * (1. / 240 - q * (1. / 132))))) - s;
}
#pragma omp declare simd
static inline d trigamma8(d x) {
  d s = 0; for (int i = 0; i < 8; i++) { d v = 1 / (x + i); s += v * v; }
  d y = x + 8, r = 1 / y, q = r * r;
  return s + r * (1 + .5 * r + q * (1. / 6 - q * (1. / 30 - q * (1. / 42 - q * (1. / 30 - q * (5. / 66))))));
}
// gamma shape from s = log(mean) - mean(log): Minka/Thom start, generalized Newton on 1/k; vectorises over datasets
#pragma omp declare simd
static inline d gamma_shape(d s) {
  d k = (3 - s + std::sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);
  for (int it = 0; it < 4; it++) k = 1 / (1 / k + (VLOG(k) - digamma8(k) - s) / (k - k * k * trigamma8(k)));
  return k;
}
// sum of logs with no log per observation: multiply mantissas (in [1,2)), add exponents, one scalar log at the end.
// x>0. Error ~ n*eps in absolute terms, the same order as summing n rounded logs.
#ifdef __AVX512F__
#include <immintrin.h>
static inline d sumlog(const d *x, long n) {
  const __m512d one = _mm512_set1_pd(1); __m512d P = one, E = _mm512_setzero_pd(), E1 = E;
  for (long b = 0; b < n; b += 4096) {                       // at most 4 x 128 products of numbers < 2 per lane
    long m = std::min(4096L, n - b), i = 0; const d *y = x + b; __m512d p0 = one, p1 = one, p2 = one, p3 = one;
#define G_(p, e, v) { __m512d t_ = v; p = _mm512_mul_pd(p, _mm512_getmant_pd(t_, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero)); e = _mm512_add_pd(e, _mm512_getexp_pd(t_)); }
    for (; i + 32 <= m; i += 32) { G_(p0, E, _mm512_loadu_pd(y + i)) G_(p1, E1, _mm512_loadu_pd(y + i + 8))
                                   G_(p2, E, _mm512_loadu_pd(y + i + 16)) G_(p3, E1, _mm512_loadu_pd(y + i + 24)) }
    for (; i < m; i += 8) G_(p0, E, _mm512_mask_loadu_pd(one, m - i >= 8 ? 255 : (1 << (m - i)) - 1, y + i))
    p0 = _mm512_mul_pd(_mm512_mul_pd(p0, p1), _mm512_mul_pd(p2, p3));
    G_(P, E, p0) E = _mm512_add_pd(E, _mm512_getexp_pd(P)); P = _mm512_getmant_pd(P, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
  }
  return std::log(_mm512_reduce_mul_pd(P)) + _mm512_reduce_add_pd(_mm512_add_pd(E, E1)) * 0.693147180559945309417;
}
#else
static inline d sumlog(const d *x, long n) { d s = 0;
  #pragma omp simd reduction(+:s)
  for (long i = 0; i < n; i++) s += VLOG(x[i]); return s; }
#endif
