#include "config_store.h"

#include <string.h>

#include "esp_log.h"
#include "nvs.h"
#include "nvs_flash.h"

static bool usable;

void config_store_init(void)
{
    const esp_err_t outcome = nvs_flash_init();
    usable = outcome == ESP_OK;
    if (!usable) ESP_LOGE("datayoti", "NVS cannot be opened: %s", esp_err_to_name(outcome));
}

static esp_err_t read_value(nvs_handle_t handle, const char *key, dy_value_type type, void *out, size_t *size)
{
    size_t room = *size;
    esp_err_t outcome;
    switch (type) {
    case DY_TYPE_U8:
        *size = sizeof(uint8_t);
        return room < *size ? ESP_ERR_NVS_INVALID_LENGTH : nvs_get_u8(handle, key, out);
    case DY_TYPE_U16:
        *size = sizeof(uint16_t);
        return room < *size ? ESP_ERR_NVS_INVALID_LENGTH : nvs_get_u16(handle, key, out);
    case DY_TYPE_U32:
        *size = sizeof(uint32_t);
        return room < *size ? ESP_ERR_NVS_INVALID_LENGTH : nvs_get_u32(handle, key, out);
    case DY_TYPE_I16:
        *size = sizeof(int16_t);
        return room < *size ? ESP_ERR_NVS_INVALID_LENGTH : nvs_get_i16(handle, key, out);
    case DY_TYPE_STR:
        outcome = nvs_get_str(handle, key, out, &room);
        *size = room;
        return outcome;
    case DY_TYPE_BLOB:
        outcome = nvs_get_blob(handle, key, out, &room);
        *size = room;
        return outcome;
    }
    return ESP_ERR_NVS_TYPE_MISMATCH;
}

/**
 * NVS looks for name and type together: a key of another type is "not found" to it, too.
 */
static dy_read_result result_of(nvs_handle_t handle, const char *key, esp_err_t outcome)
{
    nvs_type_t found = NVS_TYPE_ANY;
    switch (outcome) {
    case ESP_OK: return DY_READ_OK;
    case ESP_ERR_NVS_NOT_FOUND: return nvs_find_key(handle, key, &found) == ESP_OK ? DY_READ_WRONG_TYPE : DY_READ_ABSENT;
    case ESP_ERR_NVS_TYPE_MISMATCH: return DY_READ_WRONG_TYPE;
    case ESP_ERR_NVS_INVALID_LENGTH: return DY_READ_TOO_LONG;
    default: return DY_READ_FAILED;
    }
}

static dy_read_result read_key(void *ctx, const char *key, dy_value_type type, void *out, size_t *size)
{
    (void)ctx;
    if (!usable) return DY_READ_FAILED;
    nvs_handle_t handle;
    const esp_err_t opened = nvs_open(DY_NVS_NAMESPACE, NVS_READONLY, &handle);
    if (opened == ESP_ERR_NVS_NOT_FOUND) return DY_READ_ABSENT;
    if (opened != ESP_OK) return DY_READ_FAILED;
    const dy_read_result result = result_of(handle, key, read_value(handle, key, type, out, size));
    nvs_close(handle);
    return result;
}

dy_key_reader config_store_reader(void)
{
    return (dy_key_reader){.ctx = NULL, .read = read_key};
}

static bool open_for_writing(nvs_handle_t *handle)
{
    return usable && nvs_open(DY_NVS_NAMESPACE, NVS_READWRITE, handle) == ESP_OK;
}

static bool close_after(nvs_handle_t handle, esp_err_t outcome)
{
    if (outcome == ESP_OK) outcome = nvs_commit(handle);
    nvs_close(handle);
    return outcome == ESP_OK;
}

bool config_store_set_text(const char *key, const char *text)
{
    nvs_handle_t handle;
    return open_for_writing(&handle) && close_after(handle, nvs_set_str(handle, key, text));
}

bool config_store_set_u8(const char *key, uint8_t value)
{
    nvs_handle_t handle;
    return open_for_writing(&handle) && close_after(handle, nvs_set_u8(handle, key, value));
}

bool config_store_erase(void)
{
    nvs_handle_t handle;
    return open_for_writing(&handle) && close_after(handle, nvs_erase_all(handle));
}
