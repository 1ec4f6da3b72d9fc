#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Feeds a fuzz target with the same random inputs every time: noise, and the seeds with some bytes changed. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const seeds[] = {
    "{\"cmd\":\"blink\",\"seconds\":20}",
    "{\"epoch_ms\":1763644225000}",
    "{\"a\":[1,{\"b\":\"\\u00e9\"}],\"cmd\":\"restart\"}",
    "IMPROV\x01\x03\x13\x01\x11\x07Plant-A\x08secret12\x6b\n",
    "IMPROV\x01\x03\x02\x03\x01",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
};

static uint32_t random_state = 20251103;

static uint32_t next(uint32_t below)
{
    random_state = random_state * UINT32_C(1664525) + UINT32_C(1013904223);
    return (uint32_t)((uint64_t)(random_state >> 4) * below >> 28);
}

int main(int argc, char **argv)
{
    unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    for (unsigned long run = 0; run < runs; run++) {
        uint8_t input[600];
        size_t size = next(sizeof input);
        for (size_t i = 0; i < size; i++) input[i] = (uint8_t)next(256);
        if (run % 4 != 0) {
            const char *seed = seeds[next(sizeof seeds / sizeof seeds[0])];
            size_t length = strlen(seed), at = next((uint32_t)(sizeof input - length));
            memcpy(input + (run % 4 == 1 ? 0 : at), seed, length);
            if (run % 4 == 1) size = length;
            else if (size < at + length) size = at + length;
            for (uint32_t changes = next(4); changes > 0; changes--) input[next((uint32_t)size)] = (uint8_t)next(256);
        }
        // A copy of exactly this size, so that a step behind its end is seen.
        uint8_t *exact = malloc(size == 0 ? 1 : size);
        if (exact == NULL) return 1;
        memcpy(exact, input, size);
        (void)LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    (void)printf("%lu inputs\n", runs);
    return 0;
}
