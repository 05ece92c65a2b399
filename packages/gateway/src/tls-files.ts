import { readFileSync } from 'node:fs'
import type { TlsOptions, Server as TlsServer } from 'node:tls'
import { machineTimers, type Timers } from '@tollgate/kit/core'
import type { ListenTls } from './config/index.ts'
import { line } from './say/config-lines.ts'

/** Nothing older is spoken. */
const MIN_VERSION = 'TLSv1.2'

/**
 * What a listener speaks TLS with, read from its files. Client certificates are asked for where it is said whose are good;
 * where one need not be brought, a bad one is let through this far: it is refused in words, by whoever is asked who calls.
 *
 * @throws Error in one sentence when a file cannot be read.
 */
export function tlsOptions({ cert, key, clientCa, clients }: ListenTls): TlsOptions {
  return {
    cert: fileOf('cert', cert),
    key: fileOf('key', key),
    minVersion: MIN_VERSION,
    ...(clientCa !== undefined && {
      ca: fileOf('client_ca', clientCa),
      requestCert: true,
      rejectUnauthorized: clients === 'required',
    }),
  }
}

function fileOf(field: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new Error(`cannot listen: listen.tls.${field} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

export interface FollowTlsOptions {
  /** Told when new files cannot be used: the old ones stay in use then. */
  readonly output: (line: string) => void
  /** Between two looks, ms. */
  readonly everyMs?: number
  readonly timers?: Timers
}

/**
 * Use what the files say whenever they change, for all connections from then on: certificates are renewed more often than a
 * gateway is started.
 *
 * @returns stops following them.
 */
export function followTls(
  server: Pick<TlsServer, 'setSecureContext'>,
  tls: ListenTls,
  { output, everyMs = 60_000, timers = machineTimers }: FollowTlsOptions,
): () => void {
  let used = JSON.stringify(tlsOptions(tls))
  let timer: unknown
  const look = () => {
    try {
      const found = tlsOptions(tls)
      const text = JSON.stringify(found)
      if (text !== used) server.setSecureContext(found)
      used = text
    } catch (error) {
      output(line('warning', `new TLS files are not in use: ${(error as Error).message}`))
    }
    timer = timers.setTimeout(look, everyMs)
  }
  timer = timers.setTimeout(look, everyMs)
  return () => timers.clearTimeout(timer)
}
