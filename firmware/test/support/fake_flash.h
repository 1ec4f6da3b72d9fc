#ifndef FAKE_FLASH_H
#define FAKE_FLASH_H

#include <datayoti/queue.h>

/** NOR flash in memory: programming only clears bits, and fails the test where it would have to set one. */
typedef struct {
    uint8_t bytes[16 * DY_SECTOR_SIZE];
    uint32_t size;
    /** Operations until the power goes, within the next one; negative: never. What was programmed until then stays. */
    long power_left;
    bool powerless;
    /** Programming or erasing fails from this offset on. */
    uint32_t broken_from;
    unsigned long erased, programmed;
    /** The chip refuses to be read. */
    bool unreadable;
} fake_flash;

/** Erased. @param sectors at most 16 */
void fake_flash_init(fake_flash *chip, uint32_t sectors);
dy_flash fake_flash_of(fake_flash *chip);
/** Power is back; what was there stays. */
void fake_flash_power_on(fake_flash *chip);

#endif
