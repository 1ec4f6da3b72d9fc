#ifndef DATAYOTI_JSON_OBJECT_H
#define DATAYOTI_JSON_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    DY_JSON_ABSENT,
    /** A number whose part before the point fits `integer`; the part behind it is left out. */
    DY_JSON_INTEGER,
    DY_JSON_STRING,
    /** Anything else. */
    DY_JSON_OTHER,
} dy_json_kind;

typedef struct {
    dy_json_kind kind;
    int64_t integer;
    /** Longer texts, and such with an escape, are `DY_JSON_OTHER`: no word of ours needs them. */
    char text[24];
} dy_json_value;

/**
 * One member of a JSON object (RFC 8259), nested at most eight deep; of several with the same name the last.
 *
 * @returns false where the whole is no such object
 */
bool dy_json_member(const char *json, size_t length, const char *name, dy_json_value *value);

#endif
