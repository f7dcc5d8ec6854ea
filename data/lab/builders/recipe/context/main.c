#include <stdio.h>

int dot_wide(const int *a, const int *b, int n);
int dot_narrow(const int *a, const int *b, int n);

static int best(const int *a, const int *b, int n) { return n >= 8 ? dot_wide(a, b, n) : dot_narrow(a, b, n); }

int main(void) {
    int a[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    printf("%d %d\n", best(a, a, 8), dot_wide(a, a, 8));
    return 0;
}
