#ifndef FAKE_KEYS_H
#define FAKE_KEYS_H

#include <datayoti/config.h>

/** A store of keys in memory. */
typedef struct {
    char name[16];
    dy_value_type type;
    uint8_t bytes[DY_CA_SIZE + 100];
    size_t size;
} fake_key;

typedef struct {
    fake_key keys[32];
    size_t count;
    bool broken, read_only;
} fake_keys;

void fake_keys_clear(fake_keys *store);
/** The smallest configuration that is whole. */
void fake_keys_whole(fake_keys *store);
void fake_keys_text(fake_keys *store, const char *name, const char *text);
void fake_keys_blob(fake_keys *store, const char *name, const void *bytes, size_t size);
void fake_keys_number(fake_keys *store, const char *name, dy_value_type type, int64_t value);
void fake_keys_remove(fake_keys *store, const char *name);
/** NULL where it is absent or no text. */
const char *fake_keys_get_text(const fake_keys *store, const char *name);
dy_key_reader fake_keys_reader(fake_keys *store);

#endif
