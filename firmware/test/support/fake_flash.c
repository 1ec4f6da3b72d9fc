#include "fake_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fake_flash_init(fake_flash *chip, uint32_t sectors)
{
    memset(chip, 0, sizeof *chip);
    memset(chip->bytes, 0xff, sizeof chip->bytes);
    chip->size = sectors * DY_SECTOR_SIZE;
    chip->broken_from = UINT32_MAX;
    chip->power_left = -1;
}

void fake_flash_power_on(fake_flash *chip)
{
    chip->powerless = false;
    chip->power_left = -1;
}

static void must(bool condition, const char *what)
{
    if (condition) return;
    (void)fprintf(stderr, "flash: %s\n", what);
    abort();
}

/** @returns how much of `length` is still done before the power goes */
static size_t powered(fake_flash *chip, size_t length)
{
    if (chip->powerless) return 0;
    if (chip->power_left < 0 || chip->power_left-- > 0) return length;
    chip->powerless = true;
    return length / 2;
}

static bool read_flash(void *ctx, uint32_t offset, void *bytes, size_t length)
{
    fake_flash *chip = ctx;
    must(offset + length <= chip->size, "read outside");
    if (chip->unreadable) return false;
    memcpy(bytes, chip->bytes + offset, length);
    return true;
}

static bool program(void *ctx, uint32_t offset, const void *bytes, size_t length)
{
    fake_flash *chip = ctx;
    const uint8_t *from = bytes;
    must(offset + length <= chip->size, "program outside");
    must(offset % 4 == 0 && length % 4 == 0, "program not aligned");
    if (offset >= chip->broken_from) return false;
    size_t done = powered(chip, length);
    for (size_t i = 0; i < done; i++) {
        must((from[i] & ~chip->bytes[offset + i]) == 0, "program without erase");
        chip->bytes[offset + i] &= from[i];
    }
    chip->programmed++;
    return done == length;
}

static bool erase(void *ctx, uint32_t offset)
{
    fake_flash *chip = ctx;
    must(offset % DY_SECTOR_SIZE == 0 && offset < chip->size, "erase not a sector");
    if (offset >= chip->broken_from) return false;
    size_t done = powered(chip, DY_SECTOR_SIZE);
    memset(chip->bytes + offset, 0xff, done);
    chip->erased++;
    return done == DY_SECTOR_SIZE;
}

dy_flash fake_flash_of(fake_flash *chip)
{
    return (dy_flash){.ctx = chip, .size = chip->size, .read = read_flash, .program = program, .erase = erase};
}
