#ifndef DATAYOTI_BOOT_BUTTON_H
#define DATAYOTI_BOOT_BUTTON_H

/** Begins to watch BOOT: an event each time that it is pressed or let go. */
void boot_button_start(void);

#endif
