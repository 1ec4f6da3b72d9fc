#include "text_writer.h"

#include <string.h>

#include "utf8.h"

dy_writer dy_writer_on(char *text, size_t size)
{
    dy_writer writer = {.text = text, .size = size, .length = 0, .overflowed = false};
    text[0] = '\0';
    return writer;
}

void dy_write_bytes(dy_writer *writer, const char *bytes, size_t length)
{
    size_t room = writer->size - 1 - writer->length;
    if (length > room) {
        length = room;
        writer->overflowed = true;
    }
    memcpy(writer->text + writer->length, bytes, length);
    writer->length += length;
    writer->text[writer->length] = '\0';
}

void dy_write(dy_writer *writer, const char *text)
{
    dy_write_bytes(writer, text, strlen(text));
}

void dy_write_unsigned(dy_writer *writer, uint64_t value, unsigned digits)
{
    char text[20];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || (sizeof text - at < digits && at > 0));
    dy_write_bytes(writer, text + at, sizeof text - at);
}

void dy_write_signed(dy_writer *writer, int64_t value)
{
    if (value < 0) dy_write(writer, "-");
    dy_write_unsigned(writer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

static void write_escaped(dy_writer *writer, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    char escape[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15], '\0'};
    switch (byte) {
    case '"': dy_write(writer, "\\\""); break;
    case '\\': dy_write(writer, "\\\\"); break;
    case '\b': dy_write(writer, "\\b"); break;
    case '\f': dy_write(writer, "\\f"); break;
    case '\n': dy_write(writer, "\\n"); break;
    case '\r': dy_write(writer, "\\r"); break;
    case '\t': dy_write(writer, "\\t"); break;
    default: dy_write(writer, escape);
    }
}

void dy_write_json_string(dy_writer *writer, const char *text)
{
    size_t length = strlen(text);
    dy_write(writer, "\"");
    for (size_t at = 0; at < length;) {
        unsigned char byte = (unsigned char)text[at];
        size_t bytes = dy_utf8_length(text + at, length - at);
        if (bytes == 0) {
            dy_write(writer, "\xEF\xBF\xBD");
            at++;
        } else {
            if (byte < 0x20 || byte == '"' || byte == '\\') write_escaped(writer, byte);
            else dy_write_bytes(writer, text + at, bytes);
            at += bytes;
        }
    }
    dy_write(writer, "\"");
}

int dy_writer_end(const dy_writer *writer)
{
    return writer->overflowed ? -1 : (int)writer->length;
}
