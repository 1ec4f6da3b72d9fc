#include "nvs_file.h"

#include <stdio.h>
#include <string.h>

#define EMPTY_SIZE (6 * NVS_PAGE)

void nvs_file_open(nvs_file *file, const char *path)
{
    memset(file->image.bytes, 0xff, sizeof file->image.bytes);
    file->path = path;
    file->readable = true;
    file->image.size = EMPTY_SIZE;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return;
    size_t size = fread(file->image.bytes, 1, sizeof file->image.bytes, stream);
    // More than fits, or no whole pages: it is no partition.
    file->readable = size > 0 && size % NVS_PAGE == 0 && fgetc(stream) == EOF && ferror(stream) == 0;
    if (file->readable) file->image.size = size;
    (void)fclose(stream);
}

static dy_read_result read_key(void *ctx, const char *key, dy_value_type type, void *out, size_t *size)
{
    nvs_file *file = ctx;
    return file->readable ? nvs_read(&file->image, DY_NVS_NAMESPACE, key, type, out, size) : DY_READ_FAILED;
}

dy_key_reader nvs_file_reader(nvs_file *file)
{
    return (dy_key_reader){.ctx = file, .read = read_key};
}

static bool save(const nvs_file *file)
{
    FILE *stream = fopen(file->path, "wb");
    if (stream == NULL) return false;
    bool written = fwrite(file->image.bytes, 1, file->image.size, stream) == file->image.size;
    return fclose(stream) == 0 && written;
}

bool nvs_file_store_text(nvs_file *file, const char *key, const char *text)
{
    return nvs_write(&file->image, DY_NVS_NAMESPACE, key, DY_TYPE_STR, text, strlen(text) + 1) && save(file);
}

bool nvs_file_store_u8(nvs_file *file, const char *key, uint8_t value)
{
    return nvs_write(&file->image, DY_NVS_NAMESPACE, key, DY_TYPE_U8, &value, 1) && save(file);
}

bool nvs_file_erase(nvs_file *file)
{
    return nvs_forget(&file->image, DY_NVS_NAMESPACE) && save(file);
}
