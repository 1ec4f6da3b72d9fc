/**
 * Settings of the embedded server, given as arguments so that no configuration file of an older version can
 * contradict them. Sized for a laptop or Raspberry Pi with 2 GB; durable: a row that was acknowledged survives
 * a power cut.
 */
export function serverArguments(place: {
  readonly data: string;
  readonly host: string;
  readonly port: number;
}): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: place.host,
    // Loopback with a password is the only way in; a socket folder would need rights of its own.
    unix_socket_directories: '',
    max_connections: '40',
    shared_buffers: '96MB',
    effective_cache_size: '512MB',
    maintenance_work_mem: '64MB',
    work_mem: '8MB',
    // A year of daily partitions of two tables, each with its index, in one unpruned query.
    max_locks_per_transaction: '512',
    wal_compression: 'on',
    min_wal_size: '80MB',
    max_wal_size: '512MB',
    checkpoint_timeout: '10min',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    lc_messages: 'C',
    jit: 'off',
  };
  const args = ['-D', place.data, '-p', String(place.port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  return args;
}
