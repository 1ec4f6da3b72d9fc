#ifndef NVS_FILE_H
#define NVS_FILE_H

#include "nvs_image.h"

/** The NVS partition in a file, read at the start and written whole at every change. */
typedef struct {
    nvs_image image;
    const char *path;
    bool readable;
} nvs_file;

/** A file that is not there is an empty partition of six pages. */
void nvs_file_open(nvs_file *file, const char *path);
dy_key_reader nvs_file_reader(nvs_file *file);
/** Each returns false where the value does not fit or the file cannot be written. */
bool nvs_file_store_text(nvs_file *file, const char *key, const char *text);
bool nvs_file_store_u8(nvs_file *file, const char *key, uint8_t value);
bool nvs_file_erase(nvs_file *file);

#endif
