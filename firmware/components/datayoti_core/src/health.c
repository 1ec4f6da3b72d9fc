#include "datayoti/health.h"

#include "datayoti/limits.h"

dy_heap_state dy_heap_judge(uint32_t bytes)
{
    if (bytes < DY_HEAP_CRITICAL) return DY_HEAP_IS_CRITICAL;
    return bytes < DY_HEAP_LOW ? DY_HEAP_IS_LOW : DY_HEAP_FINE;
}

void dy_count(uint32_t *counter)
{
    if (*counter < UINT32_MAX) ++*counter;
}

const char *dy_reset_name(dy_reset_reason reason)
{
    switch (reason) {
    case DY_RESET_POWER_ON: return "power-on";
    case DY_RESET_EXTERNAL: return "external";
    case DY_RESET_SOFTWARE: return "software";
    case DY_RESET_PANIC: return "panic";
    case DY_RESET_INTERRUPT_WATCHDOG: return "interrupt-watchdog";
    case DY_RESET_TASK_WATCHDOG: return "task-watchdog";
    case DY_RESET_WATCHDOG: return "watchdog";
    case DY_RESET_DEEP_SLEEP: return "deep-sleep";
    case DY_RESET_BROWN_OUT: return "brown-out";
    case DY_RESET_USB: return "usb";
    case DY_RESET_OTHER: return "other";
    case DY_RESET_UNKNOWN: break;
    }
    return "unknown";
}
