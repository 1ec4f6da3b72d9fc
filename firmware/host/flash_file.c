#include "flash_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** As large as the partition table of the 4 MB boards has it: 64 sectors, 8001 readings. */
#define LOG_SIZE (64 * DY_SECTOR_SIZE)

static bool read_flash(void *ctx, uint32_t offset, void *bytes, size_t length)
{
    return pread(((flash_file *)ctx)->descriptor, bytes, length, offset) == (ssize_t)length;
}

static bool program(void *ctx, uint32_t offset, const void *bytes, size_t length)
{
    uint8_t cells[64];
    if (length > sizeof cells || !read_flash(ctx, offset, cells, length)) return false;
    for (size_t i = 0; i < length; i++) cells[i] &= ((const uint8_t *)bytes)[i];
    return pwrite(((flash_file *)ctx)->descriptor, cells, length, offset) == (ssize_t)length;
}

static bool erase(void *ctx, uint32_t offset)
{
    uint8_t cells[DY_SECTOR_SIZE];
    memset(cells, 0xff, sizeof cells);
    return pwrite(((flash_file *)ctx)->descriptor, cells, sizeof cells, offset) == (ssize_t)sizeof cells;
}

bool flash_file_open(flash_file *file, const char *path, dy_flash *flash)
{
    struct stat facts;
    file->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file->descriptor < 0 || fstat(file->descriptor, &facts) != 0) {
        perror(path);
        return false;
    }
    for (uint32_t offset = 0; facts.st_size != LOG_SIZE && offset < LOG_SIZE; offset += DY_SECTOR_SIZE) {
        if (erase(file, offset)) continue;
        perror(path);
        return false;
    }
    *flash = (dy_flash){.ctx = file, .size = LOG_SIZE, .read = read_flash, .program = program, .erase = erase};
    return true;
}
