#include "nvs_image.h"

#include <stdlib.h>
#include <string.h>

#include <crc32.h>

#define ENTRY 32
#define ENTRIES 126
#define FIRST_ENTRY 64
#define KEY_SIZE 16
#define ANY_CHUNK 0xff
#define NO_NAMESPACE 0

/** Codes of ESP-IDF's `nvs_types.hpp`. */
enum { U8 = 0x01, U16 = 0x02, U32 = 0x04, I16 = 0x12, STRING = 0x21, BLOB_OLD = 0x41, BLOB_DATA = 0x42, BLOB_INDEX = 0x48 };

/** Where an item stands in the image; `entry[0]` namespace, [1] type, [2] span, [3] chunk, then CRC, key, data. */
typedef struct {
    const uint8_t *entry;
    unsigned span;
} item;

typedef struct {
    item items[NVS_MOST_PAGES * ENTRIES];
    size_t count;
} item_list;

static uint32_t word(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_word(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

/** The ROM's CRC, which goes on from 0xFFFFFFFF. */
static uint32_t crc(const uint8_t *bytes, size_t length)
{
    return dy_crc32(UINT32_MAX, bytes, length);
}

static uint32_t entry_crc(const uint8_t *entry)
{
    return dy_crc32(dy_crc32(UINT32_MAX, entry, 4), entry + 8, ENTRY - 8);
}

static bool is_used(const uint8_t *page)
{
    uint32_t state = word(page);
    bool known = state == 0xfffffffe || state == 0xfffffffc || state == 0xfffffff8;
    return known && word(page + 28) == crc(page + 4, 24);
}

/** The used page whose number is the smallest above `after`; NULL behind the last. */
static const uint8_t *next_page(const nvs_image *image, int64_t after)
{
    const uint8_t *found = NULL;
    for (size_t at = 0; at + NVS_PAGE <= image->size; at += NVS_PAGE) {
        const uint8_t *page = image->bytes + at;
        if (!is_used(page) || word(page + 4) <= after) continue;
        if (found == NULL || word(page + 4) < word(found + 4)) found = page;
    }
    return found;
}

static bool is_variable(uint8_t type)
{
    return type == STRING || type == BLOB_OLD || type == BLOB_DATA;
}

static bool is_sound(const uint8_t *entry, unsigned room)
{
    unsigned span = entry[2];
    if (span == 0 || span > room || word(entry + 4) != entry_crc(entry)) return false;
    if (memchr(entry + 8, '\0', KEY_SIZE) == NULL) return false;
    if (!is_variable(entry[1])) return span == 1;
    size_t size = (size_t)(entry[24] | entry[25] << 8);
    return size <= (span - 1) * ENTRY && word(entry + 28) == crc(entry + ENTRY, size);
}

static bool is_same(const uint8_t *a, const uint8_t *b)
{
    return a[0] == b[0] && a[3] == b[3] && strcmp((const char *)a + 8, (const char *)b + 8) == 0 &&
           (a[1] == b[1] || a[3] == ANY_CHUNK);
}

static void add(item_list *list, const uint8_t *entry)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!is_same(list->items[i].entry, entry)) continue;
        list->items[i] = (item){entry, entry[2]};
        return;
    }
    list->items[list->count++] = (item){entry, entry[2]};
}

static void list_items(const nvs_image *image, item_list *list)
{
    list->count = 0;
    int64_t number = -1;
    for (const uint8_t *page; (page = next_page(image, number)) != NULL; number = word(page + 4)) {
        for (unsigned i = 0; i < ENTRIES;) {
            const uint8_t *entry = page + FIRST_ENTRY + i * ENTRY;
            bool written = (page[32 + i / 4] >> i % 4 * 2 & 3) == 2;
            bool sound = written && is_sound(entry, ENTRIES - i);
            if (sound) add(list, entry);
            i += sound ? entry[2] : 1;
        }
    }
}

static const uint8_t *find(const item_list *list, uint8_t namespace, const char *key, uint8_t type, uint8_t chunk)
{
    for (size_t i = 0; i < list->count; i++) {
        const uint8_t *entry = list->items[i].entry;
        if (entry[0] == namespace && entry[3] == chunk && (type == 0 || entry[1] == type) &&
            strcmp((const char *)entry + 8, key) == 0)
            return entry;
    }
    return NULL;
}

/** 0: there is none of that name. */
static uint8_t namespace_of(const item_list *list, const char *name)
{
    const uint8_t *entry = find(list, NO_NAMESPACE, name, U8, ANY_CHUNK);
    return entry == NULL ? NO_NAMESPACE : entry[24];
}

static dy_read_result read_body(const uint8_t *entry, uint8_t *out, size_t room, size_t *size)
{
    size_t length = (size_t)(entry[24] | entry[25] << 8);
    if (length > room) return DY_READ_TOO_LONG;
    memcpy(out, entry + ENTRY, length);
    *size = length;
    return DY_READ_OK;
}

static dy_read_result read_blob(const item_list *list, const uint8_t *index, uint8_t *out, size_t *size)
{
    size_t total = 0, part;
    for (unsigned chunk = 0; chunk < index[28]; chunk++) {
        const uint8_t *entry =
            find(list, index[0], (const char *)index + 8, BLOB_DATA, (uint8_t)(index[29] + chunk));
        if (entry == NULL) return DY_READ_ABSENT;
        dy_read_result result = read_body(entry, out + total, *size - total, &part);
        if (result != DY_READ_OK) return result;
        total += part;
    }
    *size = total;
    return total == word(index + 24) ? DY_READ_OK : DY_READ_ABSENT;
}

dy_read_result nvs_read(const nvs_image *image, const char *namespace, const char *key, dy_value_type type, void *out,
                        size_t *size)
{
    static const uint8_t codes[] = {U8, U16, U32, I16, STRING, BLOB_INDEX};
    static const size_t sizes[] = {1, 2, 4, 2};
    static item_list list;
    list_items(image, &list);
    uint8_t space = namespace_of(&list, namespace);
    const uint8_t *entry = space == NO_NAMESPACE ? NULL : find(&list, space, key, 0, ANY_CHUNK);
    if (entry == NULL) return DY_READ_ABSENT;
    if (type == DY_TYPE_BLOB && entry[1] == BLOB_OLD) return read_body(entry, out, *size, size);
    if (entry[1] != codes[type]) return DY_READ_WRONG_TYPE;
    if (type == DY_TYPE_STR) return read_body(entry, out, *size, size);
    if (type == DY_TYPE_BLOB) return read_blob(&list, entry, out, size);
    // The chips keep the low byte first, and so do the computers that this is built for.
    memcpy(out, entry + 24, sizes[type]);
    *size = sizes[type];
    return DY_READ_OK;
}

/** Writes the items anew from the first page on; one page stays empty, as ESP-IDF wants it. */
static bool write_items(nvs_image *image, const item_list *list)
{
    static nvs_image fresh;
    memset(fresh.bytes, 0xff, sizeof fresh.bytes);
    fresh.size = image->size;
    size_t pages = image->size / NVS_PAGE, page = 0;
    unsigned used = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (used + list->items[i].span > ENTRIES) page++, used = 0;
        if (page + 1 >= pages) return false;
        uint8_t *begin = fresh.bytes + page * NVS_PAGE;
        memcpy(begin + FIRST_ENTRY + used * ENTRY, list->items[i].entry, list->items[i].span * ENTRY);
        for (unsigned n = used; n < used + list->items[i].span; n++)
            begin[32 + n / 4] = (uint8_t)(begin[32 + n / 4] & ~(1 << n % 4 * 2));
        used += list->items[i].span;
    }
    for (size_t i = 0; i <= page && list->count > 0; i++) {
        uint8_t *header = fresh.bytes + i * NVS_PAGE;
        put_word(header, i == page ? 0xfffffffe : 0xfffffffc);
        put_word(header + 4, (uint32_t)i);
        header[8] = 0xfe;
        put_word(header + 28, crc(header + 4, 24));
    }
    memcpy(image->bytes, fresh.bytes, image->size);
    return true;
}

/** @param made room for the entries of one value */
static void make_item(uint8_t *made, uint8_t namespace, uint8_t type, const char *key, const void *bytes, size_t size)
{
    size_t span = type == STRING ? 1 + (size + ENTRY - 1) / ENTRY : 1;
    memset(made, 0xff, span * ENTRY);
    made[0] = namespace;
    made[1] = type;
    made[2] = (uint8_t)span;
    memset(made + 8, 0, KEY_SIZE);
    memcpy(made + 8, key, strlen(key));
    if (type == STRING) {
        memcpy(made + ENTRY, bytes, size);
        made[24] = (uint8_t)size;
        made[25] = (uint8_t)(size >> 8);
        put_word(made + 28, crc(made + ENTRY, size));
    } else memcpy(made + 24, bytes, size);
    put_word(made + 4, entry_crc(made));
}

bool nvs_write(nvs_image *image, const char *namespace, const char *key, dy_value_type type, const void *bytes,
               size_t size)
{
    static item_list list;
    static uint8_t space_item[ENTRY], value_item[ENTRY * 10];
    if (strlen(key) >= KEY_SIZE || size > ENTRY * 9) return false;
    list_items(image, &list);
    uint8_t space = namespace_of(&list, namespace);
    if (space == NO_NAMESPACE) {
        for (size_t i = 0; i < list.count; i++) {
            const uint8_t *entry = list.items[i].entry;
            if (entry[0] == NO_NAMESPACE && entry[24] > space) space = entry[24];
        }
        space++;
        make_item(space_item, NO_NAMESPACE, U8, namespace, &space, 1);
        add(&list, space_item);
    }
    make_item(value_item, space, type == DY_TYPE_STR ? STRING : U8, key, bytes, size);
    add(&list, value_item);
    return write_items(image, &list);
}

bool nvs_forget(nvs_image *image, const char *namespace)
{
    static item_list list;
    list_items(image, &list);
    uint8_t space = namespace_of(&list, namespace);
    size_t kept = 0;
    for (size_t i = 0; i < list.count; i++) {
        if (space == NO_NAMESPACE || list.items[i].entry[0] != space) list.items[kept++] = list.items[i];
    }
    list.count = kept;
    return write_items(image, &list);
}
