#include <stdlib.h>
#include <string.h>

#include <datayoti/queue.h>

#include "fake_flash.h"

/** A log partition with any content takes readings and gives back what it took last. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fake_flash chip;
    static dy_queue queue;
    dy_reading reading;
    uint64_t ticket;
    fake_flash_init(&chip, 3);
    for (size_t i = 0; i + 2 < size; i += 3) chip.bytes[((size_t)data[i] << 8 | data[i + 1]) % chip.size] = data[i + 2];
    if (size > 100) memcpy(chip.bytes + data[0] % 2 * DY_SECTOR_SIZE, data, size);
    dy_flash flash = fake_flash_of(&chip);
    dy_queue_init(&queue, &flash);
    // A slot that is marked free and is not can refuse bits; such a chip is broken, and only the double minds.
    for (uint32_t left = dy_queue_count(&queue) + 3; left > 0 && dy_queue_peek(&queue, &reading, &ticket); left--)
        dy_queue_done(&queue, ticket);
    if (dy_queue_count(&queue) != 0) abort();
    for (int64_t n = 1; n <= 3; n++) dy_queue_push(&queue, &(dy_reading){.time_ms = n, .dated = true});
    for (int64_t n = 1; n <= 3; n++) {
        if (!dy_queue_peek(&queue, &reading, &ticket) || reading.time_ms != n) abort();
        dy_queue_done(&queue, ticket);
    }
    return 0;
}
