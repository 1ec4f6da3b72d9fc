#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker_link.h"
#include "esp_crt_bundle.h"
#include "esp_log.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "mqtt_client.h"

/** esp-mqtt, of which each test says by hand what it tells; and the queue of clients that were given up. */

#define ROOM 2

static struct {
    unsigned made, started, destroyed;
    esp_mqtt_client_config_t config;
    esp_event_handler_t handler;
    void *handler_arg;
    void *given_up[ROOM];
    size_t waiting;
    app_event posted[8];
    size_t posts;
    unsigned offers, waits;
    unsigned ups, downs, acknowledged, messages;
    dy_mqtt_failure failure;
    char payload[DY_MESSAGE_SIZE + 1];
} seen;

static dy_sensor sensor;
static const dy_mqtt_setup setup = {
    .host = "broker.local",
    .port = 8883,
    .tls = true,
    .client_id = "ESP32Client-1C:69:20:E9:18:24-1",
    .user = "sensor",
    .password = "secret",
    .keepalive_s = 90,
    .will_topic = "datayoti/sensor/1C:69:20:E9:18:24/status",
    .will_payload = "{}",
};

void events_post(const app_event *event)
{
    assert_true(seen.posts < sizeof seen.posted / sizeof seen.posted[0]);
    seen.posted[seen.posts++] = *event;
}

bool events_offer(const app_event *event)
{
    seen.offers++;
    events_post(event);
    return true;
}

void dy_sensor_on_mqtt_up(dy_sensor *self, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    seen.ups++;
}

void dy_sensor_on_mqtt_down(dy_sensor *self, dy_mqtt_failure failure, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    seen.downs++;
    seen.failure = failure;
}

void dy_sensor_on_acknowledged(dy_sensor *self, int32_t message, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    assert_int_equal(message, 7);
    seen.acknowledged++;
}

void dy_sensor_on_message(dy_sensor *self, const char *topic, size_t topic_length, const char *payload, size_t length,
                          uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    assert_memory_equal(topic, "datayoti/time", topic_length);
    memcpy(seen.payload, payload, length);
    seen.payload[length] = '\0';
    seen.messages++;
}

esp_mqtt_client_handle_t esp_mqtt_client_init(const esp_mqtt_client_config_t *config)
{
    seen.config = *config;
    seen.made++;
    return (esp_mqtt_client_handle_t)(uintptr_t)seen.made;
}

esp_err_t esp_mqtt_client_register_event(esp_mqtt_client_handle_t client, esp_mqtt_event_id_t event,
                                         esp_event_handler_t event_handler, void *event_handler_arg)
{
    assert_non_null(client);
    assert_int_equal(event, MQTT_EVENT_ANY);
    seen.handler = event_handler;
    seen.handler_arg = event_handler_arg;
    return ESP_OK;
}

esp_err_t esp_mqtt_client_start(esp_mqtt_client_handle_t client)
{
    assert_non_null(client);
    seen.started++;
    return ESP_OK;
}

esp_err_t esp_mqtt_client_destroy(esp_mqtt_client_handle_t client)
{
    assert_non_null(client);
    seen.destroyed++;
    return ESP_OK;
}

int esp_mqtt_client_publish(esp_mqtt_client_handle_t client, const char *topic, const char *data, int len, int qos,
                            int retain)
{
    assert_non_null(client);
    assert_non_null(topic);
    assert_non_null(data);
    assert_int_equal(len, 2);
    assert_int_equal(qos, 1);
    return retain == 1 ? 7 : 8;
}

int esp_mqtt_client_subscribe_single(esp_mqtt_client_handle_t client, const char *topic, int qos)
{
    return client != NULL && topic != NULL && qos == 1 ? 3 : -1;
}

QueueHandle_t xQueueCreate(UBaseType_t length, UBaseType_t item_size)
{
    assert_int_equal(length, ROOM);
    assert_int_equal(item_size, sizeof(void *));
    return (QueueHandle_t)&seen;
}

UBaseType_t uxQueueSpacesAvailable(const QueueHandle_t queue)
{
    assert_non_null(queue);
    return (UBaseType_t)(ROOM - seen.waiting);
}

BaseType_t xQueueSend(QueueHandle_t queue, const void *item, TickType_t ticks)
{
    assert_non_null(queue);
    assert_true(ticks > 0);
    // Nothing takes a client away meanwhile: without room the board would stand still here.
    assert_true(seen.waiting < ROOM);
    memcpy(&seen.given_up[seen.waiting++], item, sizeof(void *));
    return pdTRUE;
}

/** The task that ends clients is the one part that does not run here. */
BaseType_t xTaskCreate(TaskFunction_t code, const char *const name, const uint32_t stack, void *const arg,
                       UBaseType_t priority, TaskHandle_t *const task)
{
    return code != NULL && name != NULL && stack > 0 && arg == NULL && priority > 0 && task == NULL ? pdPASS : pdFALSE;
}
SemaphoreHandle_t xSemaphoreCreateBinary(void) { return (SemaphoreHandle_t)&seen; }
BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks)
{
    if (ticks > 0) seen.waits++;
    return semaphore != NULL && ticks > 0;
}
BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore) { return semaphore != NULL; }
BaseType_t xQueueReceive(QueueHandle_t queue, void *buffer, TickType_t ticks)
{
    return queue != NULL && buffer == NULL && ticks > 0;
}
void vTaskDelay(const TickType_t ticks) { assert_true(ticks > 0); }
esp_err_t esp_mqtt_client_stop(esp_mqtt_client_handle_t client) { return client == NULL; }
esp_err_t esp_mqtt_client_disconnect(esp_mqtt_client_handle_t client) { return client == NULL; }
esp_err_t esp_crt_bundle_attach(void *conf) { return conf == NULL; }
void esp_log_level_set(const char *tag, esp_log_level_t level) { assert_true(tag != NULL && level == ESP_LOG_NONE); }
void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
    assert_true(level == ESP_LOG_INFO && tag != NULL && format != NULL);
}

static void client_says(esp_mqtt_event_t event)
{
    seen.handler(seen.handler_arg, "MQTT_EVENTS", event.event_id, &event);
}

/** The sensor's task gets to what was posted. */
static void deliver(void)
{
    for (size_t i = 0; i < seen.posts; i++) broker_link_handle(&sensor, &seen.posted[i], 1000);
    seen.posts = 0;
}

static void end_clients(void)
{
    while (seen.waiting > 0) free(seen.given_up[--seen.waiting]);
}

static int fresh(void **state)
{
    (void)state;
    broker_link_stop();
    end_clients();
    memset(&seen, 0, sizeof seen);
    return 0;
}

static int once(void **state)
{
    (void)state;
    broker_link_init();
    return 0;
}

static void fails_with(esp_mqtt_error_codes_t error)
{
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_ERROR, .error_handle = &error});
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_DISCONNECTED});
    deliver();
}

static void connects_as_it_is_told(void **state)
{
    (void)state;
    broker_link_connect(&setup);
    assert_string_equal(seen.config.broker.address.hostname, "broker.local");
    assert_int_equal(seen.config.broker.address.transport, MQTT_TRANSPORT_OVER_SSL);
    assert_ptr_equal(seen.config.broker.verification.crt_bundle_attach, esp_crt_bundle_attach);
    assert_true(seen.config.network.disable_auto_reconnect);
    assert_int_equal(seen.config.session.last_will.qos, 1);
    assert_int_equal(seen.config.session.last_will.retain, 1);
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_CONNECTED});
    deliver();
    assert_int_equal(seen.ups, 1);
    assert_int_equal(broker_link_publish("t", "{}", 2, true), 7);
    assert_true(broker_link_subscribe("t"));
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_PUBLISHED, .msg_id = 7});
    deliver();
    assert_int_equal(seen.acknowledged, 1);
}

static void an_authority_of_its_own_replaces_the_public_ones(void **state)
{
    (void)state;
    dy_mqtt_setup own = setup;
    own.ca = "-----BEGIN CERTIFICATE-----";
    broker_link_connect(&own);
    assert_ptr_equal(seen.config.broker.verification.certificate, own.ca);
    assert_null(seen.config.broker.verification.crt_bundle_attach);
}

static void failures_are_told_apart(void **state)
{
    static const struct {
        esp_mqtt_error_codes_t error;
        dy_mqtt_failure failure;
    } cases[] = {
        {{.error_type = MQTT_ERROR_TYPE_TCP_TRANSPORT, .esp_transport_sock_errno = 104}, DY_MQTT_UNREACHABLE},
        {{.error_type = MQTT_ERROR_TYPE_TCP_TRANSPORT, .esp_tls_cert_verify_flags = 8}, DY_MQTT_TLS},
        {{.error_type = MQTT_ERROR_TYPE_CONNECTION_REFUSED,
          .connect_return_code = MQTT_CONNECTION_REFUSE_BAD_USERNAME},
         DY_MQTT_REFUSED_LOGIN},
        {{.error_type = MQTT_ERROR_TYPE_CONNECTION_REFUSED,
          .connect_return_code = MQTT_CONNECTION_REFUSE_NOT_AUTHORIZED},
         DY_MQTT_REFUSED_LOGIN},
        {{.error_type = MQTT_ERROR_TYPE_CONNECTION_REFUSED,
          .connect_return_code = MQTT_CONNECTION_REFUSE_SERVER_UNAVAILABLE},
         DY_MQTT_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        broker_link_connect(&setup);
        fails_with(cases[i].error);
        assert_int_equal(seen.downs, i + 1);
        assert_int_equal(seen.failure, cases[i].failure);
        // Its memory is given back at once, not after the pause.
        assert_int_equal(seen.waiting, 1);
        end_clients();
    }
}

static void a_connection_that_was_up_is_lost(void **state)
{
    (void)state;
    broker_link_connect(&setup);
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_CONNECTED});
    fails_with((esp_mqtt_error_codes_t){.error_type = MQTT_ERROR_TYPE_TCP_TRANSPORT, .esp_tls_cert_verify_flags = 8});
    assert_int_equal(seen.failure, DY_MQTT_LOST);
    assert_int_equal(broker_link_publish("t", "{}", 2, true), -1);
    assert_false(broker_link_subscribe("t"));
}

static void what_was_given_up_is_not_heard(void **state)
{
    (void)state;
    broker_link_connect(&setup);
    void *first = seen.handler_arg;
    // Posted before it was given up, looked at after.
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_CONNECTED});
    broker_link_stop();
    deliver();
    assert_int_equal(seen.ups, 0);
    broker_link_connect(&setup);
    void *second = seen.handler_arg;
    seen.handler_arg = first;
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_DISCONNECTED});
    deliver();
    assert_int_equal(seen.downs, 0);
    seen.handler_arg = second;
    client_says((esp_mqtt_event_t){.event_id = MQTT_EVENT_CONNECTED});
    deliver();
    assert_int_equal(seen.ups, 1);
}

static void no_more_clients_than_can_be_ended(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= ROOM; i++) {
        broker_link_connect(&setup);
        broker_link_stop();
    }
    assert_int_equal(seen.made, ROOM);
    // The network holds both of them up.
    broker_link_connect(&setup);
    assert_int_equal(seen.made, ROOM);
    deliver();
    assert_int_equal(seen.downs, 1);
    assert_int_equal(seen.failure, DY_MQTT_OTHER);
    end_clients();
    broker_link_connect(&setup);
    assert_int_equal(seen.made, ROOM + 1);
}

static void only_whole_short_messages_are_passed_on(void **state)
{
    char topic[] = "datayoti/time";
    char data[DY_MESSAGE_SIZE + 1];
    (void)state;
    memset(data, 'x', sizeof data);
    broker_link_connect(&setup);
    esp_mqtt_event_t event = {
        .event_id = MQTT_EVENT_DATA,
        .topic = topic,
        .topic_len = sizeof topic - 1,
        .data = data,
        .data_len = DY_MESSAGE_SIZE,
        .total_data_len = DY_MESSAGE_SIZE,
    };
    client_says(event);
    deliver();
    assert_int_equal(seen.messages, 1);
    assert_int_equal(strlen(seen.payload), DY_MESSAGE_SIZE);
    event.data_len = event.total_data_len = DY_MESSAGE_SIZE + 1;
    client_says(event);
    event.data_len = 100;
    client_says(event);
    event.current_data_offset = 100;
    event.topic = NULL;
    event.topic_len = 0;
    client_says(event);
    deliver();
    assert_int_equal(seen.messages, 1);
    // They never wait for room in the queue.
    assert_int_equal(seen.offers, 1);
}

static void before_a_restart_the_broker_is_told(void **state)
{
    (void)state;
    broker_link_connect(&setup);
    // The core gives the connection up before it restarts the board.
    broker_link_stop();
    broker_link_leave();
    assert_int_equal(seen.waits, 1);
    assert_int_equal(seen.waiting, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(connects_as_it_is_told, fresh),
        cmocka_unit_test_setup(an_authority_of_its_own_replaces_the_public_ones, fresh),
        cmocka_unit_test_setup(failures_are_told_apart, fresh),
        cmocka_unit_test_setup(a_connection_that_was_up_is_lost, fresh),
        cmocka_unit_test_setup(what_was_given_up_is_not_heard, fresh),
        cmocka_unit_test_setup(no_more_clients_than_can_be_ended, fresh),
        cmocka_unit_test_setup(only_whole_short_messages_are_passed_on, fresh),
        cmocka_unit_test_setup(before_a_restart_the_broker_is_told, fresh),
    };
    return cmocka_run_group_tests(tests, once, fresh);
}
