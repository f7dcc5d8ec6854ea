int dot_narrow(const int *a, const int *b, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

#if defined(__x86_64__) && !defined(NO_WIDE)
int dot_wide(const int *a, const int *b, int n) { return dot_narrow(a, b, n); }
#endif
