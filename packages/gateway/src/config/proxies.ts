import type { Env } from './variables.ts'

/** Proxies between the gateway and its providers. */
export interface Proxies {
  readonly http?: string
  readonly https?: string
  /** Hosts that are reached without one. */
  readonly except?: string
}

/** As curl and most programs read them from the environment: in lower case first. */
export function proxiesIn(env: Env): Proxies {
  const http = textOf(env, 'http_proxy')
  const https = textOf(env, 'https_proxy')
  const except = textOf(env, 'no_proxy')
  return {
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
    ...(except !== undefined && { except }),
  }
}

function textOf(env: Env, name: string): string | undefined {
  return env[name] || env[name.toUpperCase()] || undefined
}
