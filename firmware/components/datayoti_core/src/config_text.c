#include <string.h>

#include "datayoti/config.h"
#include "utf8.h"

bool dy_valid_ssid(const char *text, size_t length)
{
    return length >= 1 && length < DY_SSID_SIZE && memchr(text, '\0', length) == NULL;
}

bool dy_valid_wifi_pass(const char *text, size_t length)
{
    return (length == 0 || (length >= 8 && length < DY_WIFI_PASS_SIZE)) && memchr(text, '\0', length) == NULL;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_name_character(char character)
{
    return is_digit(character) || (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           character == '-' || character == '_';
}

/** Four numbers up to 255 without leading zeros. */
static bool is_ipv4(const char *text, size_t length)
{
    size_t at = 0;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t begin = at;
        while (at < length && is_digit(text[at]) && at - begin < 4) value = value * 10 + (unsigned)(text[at++] - '0');
        size_t digits = at - begin;
        if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[begin] == '0')) return false;
        if (part < 3 && (at >= length || text[at++] != '.')) return false;
    }
    return at == length;
}

/** Digits and points only: it means an address, whether or not it is one. */
static bool looks_like_address(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]) && text[i] != '.') return false;
    }
    return true;
}

bool dy_valid_host(const char *text, size_t length)
{
    if (length == 0 || length >= DY_HOST_SIZE) return false;
    if (looks_like_address(text, length)) return is_ipv4(text, length);
    size_t label = 0;
    bool last_has_letter = false;
    for (size_t i = 0; i <= length; i++) {
        if (i == length || text[i] == '.') {
            if (label == 0 || label > 63 || text[i - 1] == '-') return false;
            if (i < length) last_has_letter = false;
            label = 0;
            continue;
        }
        if (!is_name_character(text[i]) || (label == 0 && text[i] == '-')) return false;
        if (!is_digit(text[i])) last_has_letter = true;
        label++;
    }
    return last_has_letter;
}
