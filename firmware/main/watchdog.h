#ifndef DATAYOTI_WATCHDOG_H
#define DATAYOTI_WATCHDOG_H

/** From now on the calling task must call `watchdog_feed` within `CONFIG_ESP_TASK_WDT_TIMEOUT_S`, or the board restarts. */
void watchdog_join(void);
void watchdog_feed(void);

#endif
