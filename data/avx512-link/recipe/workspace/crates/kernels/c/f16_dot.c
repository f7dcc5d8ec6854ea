/* The dot product of two vectors of IEEE half floats, summed up in single precision. */
#include <stddef.h>

#define PASTE(name, suffix) name##suffix
#define NAMED(name, suffix) PASTE(name, suffix)

float NAMED(f16_dot_, SUFFIX)(const _Float16 *left, const _Float16 *right, size_t length) {
    float sum = 0.0f;
    for (size_t i = 0; i < length; i++)
        sum += (float)left[i] * (float)right[i];
    return sum;
}
