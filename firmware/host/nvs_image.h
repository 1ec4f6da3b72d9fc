#ifndef NVS_IMAGE_H
#define NVS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <datayoti/config.h>

/** An NVS partition in memory: pages of 4096 bytes, each a header, a bitmap, and 126 entries of 32 bytes (ESP-IDF). */

#define NVS_PAGE 4096
#define NVS_MOST_PAGES 64

typedef struct {
    uint8_t bytes[NVS_PAGE * NVS_MOST_PAGES];
    /** A multiple of `NVS_PAGE`. */
    size_t size;
} nvs_image;

/** A value of the namespace; the newest of several. */
dy_read_result nvs_read(const nvs_image *image, const char *namespace, const char *key, dy_value_type type, void *out,
                        size_t *size);

/**
 * Stores a text or an unsigned byte, in the place of a value of the same name; everything else is kept.
 *
 * @param type `DY_TYPE_STR` with its NUL, or `DY_TYPE_U8`
 * @returns false where it does not fit
 */
bool nvs_write(nvs_image *image, const char *namespace, const char *key, dy_value_type type, const void *bytes,
               size_t size);

/** Forgets all values of the namespace. */
bool nvs_forget(nvs_image *image, const char *namespace);

#endif
