#include "json_object.h"

#include <string.h>

#define DEEPEST 8
#define MOST_DIGITS 18

typedef struct {
    const char *text;
    size_t length, at;
} cursor;

static char peek(const cursor *c)
{
    return c->at < c->length ? c->text[c->at] : '\0';
}

static bool take(cursor *c, char wanted)
{
    if (c->at >= c->length || c->text[c->at] != wanted) return false;
    c->at++;
    return true;
}

static void skip_space(cursor *c)
{
    while (c->at < c->length && (peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\n' || peek(c) == '\r')) c->at++;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_hex(char character)
{
    return is_digit(character) || (character >= 'a' && character <= 'f') || (character >= 'A' && character <= 'F');
}

static bool take_escape(cursor *c)
{
    char kind = peek(c);
    if (kind == '\0' || strchr("\"\\/bfnrtu", kind) == NULL) return false;
    c->at++;
    if (kind != 'u') return true;
    for (int i = 0; i < 4; i++) {
        if (!is_hex(peek(c))) return false;
        c->at++;
    }
    return true;
}

/** Keeps the text where it is short and has no escape. */
static bool take_string(cursor *c, dy_json_value *value)
{
    if (!take(c, '"')) return false;
    size_t begin = c->at;
    bool plain = true;
    for (;;) {
        if (c->at >= c->length || (unsigned char)peek(c) < 0x20) return false;
        if (peek(c) == '"') break;
        bool escape = take(c, '\\');
        if (escape && !take_escape(c)) return false;
        if (escape) plain = false;
        else c->at++;
    }
    size_t length = c->at++ - begin;
    plain = plain && length < sizeof value->text;
    value->kind = plain ? DY_JSON_STRING : DY_JSON_OTHER;
    if (plain) memcpy(value->text, c->text + begin, length);
    value->text[plain ? length : 0] = '\0';
    return true;
}

static size_t take_digits(cursor *c)
{
    size_t begin = c->at;
    while (is_digit(peek(c))) c->at++;
    return c->at - begin;
}

static bool take_number(cursor *c, dy_json_value *value)
{
    bool negative = take(c, '-');
    size_t begin = c->at;
    size_t digits = take_digits(c);
    if (digits == 0 || (digits > 1 && c->text[begin] == '0')) return false;
    if (take(c, '.') && take_digits(c) == 0) return false;
    bool exponent = take(c, 'e') || take(c, 'E');
    if (exponent) {
        if (!take(c, '+')) (void)take(c, '-');
        if (take_digits(c) == 0) return false;
    }
    value->kind = exponent || digits > MOST_DIGITS ? DY_JSON_OTHER : DY_JSON_INTEGER;
    value->integer = 0;
    if (value->kind == DY_JSON_OTHER) return true;
    for (size_t i = 0; i < digits; i++) value->integer = value->integer * 10 + (c->text[begin + i] - '0');
    if (negative) value->integer = -value->integer;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    size_t length = strlen(word);
    if (c->length - c->at < length || memcmp(c->text + c->at, word, length) != 0) return false;
    c->at += length;
    return true;
}

static bool take_value(cursor *c, dy_json_value *value, int depth);

/** @param wanted NULL: no member is looked for */
static bool take_members(cursor *c, const char *wanted, dy_json_value *found, int depth)
{
    skip_space(c);
    if (take(c, '}')) return true;
    for (;;) {
        dy_json_value name, value;
        skip_space(c);
        if (!take_string(c, &name)) return false;
        skip_space(c);
        if (!take(c, ':') || !take_value(c, &value, depth)) return false;
        if (wanted != NULL && name.kind == DY_JSON_STRING && strcmp(name.text, wanted) == 0) *found = value;
        if (take(c, '}')) return true;
        if (!take(c, ',')) return false;
    }
}

static bool take_elements(cursor *c, int depth)
{
    skip_space(c);
    if (take(c, ']')) return true;
    for (;;) {
        dy_json_value value;
        if (!take_value(c, &value, depth)) return false;
        if (take(c, ']')) return true;
        if (!take(c, ',')) return false;
    }
}

/** With the space before and behind it. */
static bool take_value(cursor *c, dy_json_value *value, int depth)
{
    bool sound;
    value->kind = DY_JSON_OTHER;
    skip_space(c);
    if (peek(c) == '"') sound = take_string(c, value);
    else if (peek(c) == '-' || is_digit(peek(c))) sound = take_number(c, value);
    else if (depth < DEEPEST && take(c, '{')) sound = take_members(c, NULL, value, depth + 1);
    else if (depth < DEEPEST && take(c, '[')) sound = take_elements(c, depth + 1);
    else sound = take_word(c, "true") || take_word(c, "false") || take_word(c, "null");
    skip_space(c);
    return sound;
}

bool dy_json_member(const char *json, size_t length, const char *name, dy_json_value *value)
{
    cursor c = {.text = json, .length = length, .at = 0};
    dy_json_value found = {.kind = DY_JSON_ABSENT};
    *value = found;
    skip_space(&c);
    if (!take(&c, '{') || !take_members(&c, name, &found, 1)) return false;
    skip_space(&c);
    if (c.at != c.length) return false;
    *value = found;
    return true;
}
