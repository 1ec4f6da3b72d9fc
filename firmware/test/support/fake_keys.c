#include "fake_keys.h"

#include <string.h>

void fake_keys_clear(fake_keys *store)
{
    memset(store, 0, sizeof *store);
}

static fake_key *find(const fake_keys *store, const char *name)
{
    for (size_t i = 0; i < store->count; i++) {
        if (strcmp(store->keys[i].name, name) == 0) return (fake_key *)&store->keys[i];
    }
    return NULL;
}

static void put(fake_keys *store, const char *name, dy_value_type type, const void *bytes, size_t size)
{
    fake_key *key = find(store, name);
    if (key == NULL) key = &store->keys[store->count++];
    strcpy(key->name, name);
    key->type = type;
    key->size = size;
    memcpy(key->bytes, bytes, size);
}

void fake_keys_text(fake_keys *store, const char *name, const char *text)
{
    put(store, name, DY_TYPE_STR, text, strlen(text) + 1);
}

void fake_keys_blob(fake_keys *store, const char *name, const void *bytes, size_t size)
{
    put(store, name, DY_TYPE_BLOB, bytes, size);
}

void fake_keys_number(fake_keys *store, const char *name, dy_value_type type, int64_t value)
{
    static const size_t sizes[] = {[DY_TYPE_U8] = 1, [DY_TYPE_U16] = 2, [DY_TYPE_U32] = 4, [DY_TYPE_I16] = 2};
    // The hosts of these tests keep the low bytes first, as the chips do.
    put(store, name, type, &value, sizes[type]);
}

void fake_keys_remove(fake_keys *store, const char *name)
{
    fake_key *key = find(store, name);
    if (key != NULL) *key = store->keys[--store->count];
}

const char *fake_keys_get_text(const fake_keys *store, const char *name)
{
    fake_key *key = find(store, name);
    return key == NULL || key->type != DY_TYPE_STR ? NULL : (const char *)key->bytes;
}

void fake_keys_whole(fake_keys *store)
{
    fake_keys_clear(store);
    fake_keys_number(store, "schema", DY_TYPE_U8, 1);
    fake_keys_text(store, "wifi_ssid", "Cellar");
    fake_keys_text(store, "wifi_pass", "not-a-real-one");
    fake_keys_text(store, "mqtt_host", "192.168.4.2");
    fake_keys_text(store, "mqtt_user", "sensor-1");
    fake_keys_text(store, "mqtt_pass", "of-the-test");
    fake_keys_text(store, "site_ref", "SITE_001");
}

static dy_read_result read_key(void *ctx, const char *name, dy_value_type type, void *out, size_t *size)
{
    fake_keys *store = ctx;
    if (store->broken) return DY_READ_FAILED;
    fake_key *key = find(store, name);
    if (key == NULL) return DY_READ_ABSENT;
    if (key->type != type) return DY_READ_WRONG_TYPE;
    if (key->size > *size) return DY_READ_TOO_LONG;
    memcpy(out, key->bytes, key->size);
    *size = key->size;
    return DY_READ_OK;
}

dy_key_reader fake_keys_reader(fake_keys *store)
{
    return (dy_key_reader){.ctx = store, .read = read_key};
}
