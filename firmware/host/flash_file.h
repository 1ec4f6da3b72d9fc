#ifndef FLASH_FILE_H
#define FLASH_FILE_H

#include <datayoti/queue.h>

/** The log partition in a file that behaves as NOR flash: programming only clears bits. */
typedef struct {
    int descriptor;
} flash_file;

/** Makes the file, erased, where it is not there. @returns false, having said why, where it cannot be used */
bool flash_file_open(flash_file *file, const char *path, dy_flash *flash);

#endif
