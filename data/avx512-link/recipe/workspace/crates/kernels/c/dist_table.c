/* Adds up 4-bit distance tables for a batch of 32 rows.
 *
 * A row has one 4-bit code for each sub-space. Codes lie in blocks of 32 bytes: byte r of a block belongs to row r and
 * holds two codes, the first in its low half. A table has 16 one-byte distances for each sub-space, in the same order.
 * `code_len` counts bytes and is a multiple of 32. The 32 totals are added to what `totals` holds.
 *
 * Written with vector extensions instead of intrinsics: any -march compiles it, and decides which instructions it gets.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PASTE(name, suffix) name##suffix
#define NAMED(name, suffix) PASTE(name, suffix)

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint8_t bytes32 __attribute__((vector_size(32)));
typedef uint16_t words32 __attribute__((vector_size(64)));

union rows {
    bytes32 all;
    bytes16 half[2];
};

void NAMED(sum_4bit_dist_table_32bytes_batch_, SUFFIX)(const uint8_t *codes, size_t code_len, const uint8_t *table,
                                                       uint16_t *totals) {
    words32 sum;
    memcpy(&sum, totals, sizeof sum);

    for (const uint8_t *end = codes + code_len; codes < end; codes += 32, table += 32) {
        union rows code, low, high, from_low, from_high;
        bytes16 low_table, high_table;
        memcpy(&code.all, codes, sizeof code.all);
        memcpy(&low_table, table, sizeof low_table);
        memcpy(&high_table, table + 16, sizeof high_table);
        low.all = code.all & 15;
        high.all = code.all >> 4;
        for (int i = 0; i < 2; i++) {
            from_low.half[i] = __builtin_shuffle(low_table, low.half[i]);
            from_high.half[i] = __builtin_shuffle(high_table, high.half[i]);
        }
        sum += __builtin_convertvector(from_low.all, words32);
        sum += __builtin_convertvector(from_high.all, words32);
    }
    memcpy(totals, &sum, sizeof sum);
}
