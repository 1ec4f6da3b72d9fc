#include "serial_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

bool serial_line_open(serial_line *line, const char *name)
{
    struct termios raw;
    line->name = name;
    line->descriptor = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    const char *terminal = line->descriptor < 0 || grantpt(line->descriptor) != 0 || unlockpt(line->descriptor) != 0
                               ? NULL
                               : ptsname(line->descriptor);
    line->other_end = terminal == NULL ? -1 : open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (line->other_end < 0 || tcgetattr(line->other_end, &raw) != 0) {
        perror("pseudo terminal");
        return false;
    }
    cfmakeraw(&raw);
    (void)unlink(name);
    if (tcsetattr(line->other_end, TCSANOW, &raw) == 0 && symlink(terminal, name) == 0) return true;
    perror(name);
    return false;
}

void serial_line_write(serial_line *line, const void *bytes, size_t length)
{
    ssize_t written = write(line->descriptor, bytes, length);
    (void)written;
}

size_t serial_line_read(serial_line *line, uint8_t *bytes, size_t size)
{
    ssize_t length = read(line->descriptor, bytes, size);
    return length < 0 ? 0 : (size_t)length;
}

void serial_line_close(serial_line *line)
{
    (void)unlink(line->name);
    (void)close(line->other_end);
    (void)close(line->descriptor);
}
