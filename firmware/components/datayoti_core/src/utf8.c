#include "utf8.h"

size_t dy_utf8_length(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    if (length == 0) return 0;
    if (at[0] < 0x80) return 1;
    size_t bytes = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || length < bytes) return 0;
    unsigned char least = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < least || at[1] > most) return 0;
    for (size_t i = 2; i < bytes; i++) {
        if (at[i] < 0x80 || at[i] > 0xBF) return 0;
    }
    return bytes;
}

int dy_utf8_count(const char *text, size_t length)
{
    int count = 0;
    for (size_t at = 0; at < length; count++) {
        size_t bytes = dy_utf8_length(text + at, length - at);
        if (bytes == 0) return -1;
        at += bytes;
    }
    return count;
}

bool dy_has_control_characters(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7F) return true;
        if (byte == 0xC2 && i + 1 < length && (unsigned char)text[i + 1] < 0xA0) return true;
    }
    return false;
}
