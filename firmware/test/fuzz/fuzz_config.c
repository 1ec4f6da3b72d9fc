#include <stdlib.h>
#include <string.h>

#include <datayoti/config.h>

/** Keys in the order in which they are asked for, each with a result, a length and bytes of the input. */
typedef struct {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t take(input *in)
{
    if (in->size == 0) return 0;
    in->size--;
    return *in->data++;
}

static dy_read_result read_key(void *ctx, const char *key, dy_value_type type, void *out, size_t *size)
{
    static const size_t sizes[] = {[DY_TYPE_U8] = 1, [DY_TYPE_U16] = 2, [DY_TYPE_U32] = 4, [DY_TYPE_I16] = 2};
    input *in = ctx;
    (void)key;
    uint8_t choice = take(in);
    if (choice % 16 > DY_READ_FAILED + 5) return DY_READ_ABSENT;
    if (choice % 16 > 0 && choice % 16 <= DY_READ_FAILED) return (dy_read_result)(choice % 16);
    size_t length = type >= DY_TYPE_STR ? take(in) : sizes[type];
    if (length > *size) return DY_READ_TOO_LONG;
    for (size_t i = 0; i < length; i++) ((uint8_t *)out)[i] = take(in);
    *size = length;
    return DY_READ_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dy_config config;
    input in = {data, size};
    dy_key_reader reader = {.ctx = &in, .read = read_key};
    dy_config_report report = dy_config_load(&config, &reader);
    if (report.has_wifi && (strlen(config.wifi_ssid) == 0 || strlen(config.wifi_pass) >= DY_WIFI_PASS_SIZE)) abort();
    if (config.dht_type != 11 && config.dht_type != 22) abort();
    if (config.interval_s < DY_INTERVAL_MIN_S || config.interval_s > DY_INTERVAL_MAX_S) abort();
    if (report.outcome == DY_CONFIG_OK && (config.mqtt_host[0] == '\0' || config.site_ref[0] == '\0')) abort();
    return 0;
}
