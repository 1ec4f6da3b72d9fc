#ifndef BOARD_H
#define BOARD_H

#include <datayoti/sensor.h>

#include "fake_flash.h"
#include "fake_keys.h"

/** A sensor on a port that only writes down what it is asked; the test plays the rest of the world. */

#define BOARD_MAC "1C:69:20:E9:18:24"
/** 2025-11-03T14:30:25.000Z */
#define BOARD_EPOCH_MS INT64_C(1762180225000)
#define BOARD_LOGGED 256
#define BOARD_PUBLISHED 512

typedef struct {
    char topic[DY_TOPIC_SIZE];
    char payload[DY_PAYLOAD_SIZE];
    bool retained;
    int32_t message;
} board_publication;

typedef struct {
    dy_sensor sensor;
    dy_config config;
    fake_keys keys;
    fake_flash flash;
    uint64_t now_ms;

    char log[BOARD_LOGGED][DY_LOG_SIZE + 32];
    size_t logged;
    board_publication published[BOARD_PUBLISHED];
    size_t publications;
    unsigned joins, leaves, ntp_starts, connects, stops, subscriptions, restarts, dht_reads, scans, clock_sets;
    char ssid[DY_SSID_SIZE], pass[DY_WIFI_PASS_SIZE];
    dy_mqtt_setup setup;
    int32_t next_message;
    uint8_t uart[8192];
    size_t uart_length;
    bool led;
    unsigned led_changes;
    dy_facts facts;
    bool can_scan, takes_messages;
} board;

/** A whole configuration in the keys, an erased log of four sectors; not started. */
void board_make(board *b);
/** Reads the keys and starts; time goes on from where it was, flash is what it was. */
void board_start(board *b);
/** Steps as the sensor asks for it until `ms` from now. */
void board_run(board *b, uint64_t ms);
/** The network is joined at the next attempt, and the broker reached. */
void board_go_online(board *b);
/** Answers the question to the element; hundredths are tenths here. */
void board_measured(board *b, int temperature_d, int humidity_d);
/** Runs until the element is asked. */
void board_run_to_question(board *b);
/** The latest publication on a channel; NULL where there is none. */
const board_publication *board_last(const board *b, dy_channel channel);
size_t board_count(const board *b, dy_channel channel);
/** Acknowledges all that was published, in order, also what follows upon it. */
void board_acknowledge(board *b);
/** A message of the broker. */
void board_message(board *b, const char *topic, const char *payload);
/** Whether a line holds this text; the level letter and the tag stand before it, as `W datayoti: text`. */
bool board_said(const board *b, const char *text);
void board_forget_log(board *b);

#endif
