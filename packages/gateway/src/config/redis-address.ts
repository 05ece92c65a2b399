import type { RedisTarget } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from './config.ts'

const ADDRESS =
  /^(rediss?)(?:-(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/(\d{0,5}))?(?:\?([^#]*))?$/

const HOST = /^([\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?$/

const FORMS =
  'is not an address of a Redis: write redis://host:6379/0 or rediss://user:password@host:6379/0 (TLS), redis-sentinel://host:26379,host:26379/0?master=NAME, or redis-cluster://host:6379,host:6379'

const OPTIONS = ['prefix', 'master', 'sentinel_password']

interface Address {
  readonly scheme: string
  readonly form: 'sentinel' | 'cluster' | undefined
  readonly tls: boolean
  readonly login: Login
  readonly hosts: readonly Host[]
  readonly db: number
  readonly options: URLSearchParams
}

interface Login {
  readonly username?: string
  readonly password?: string
}

interface Host {
  readonly host: string
  readonly port: number
}

/**
 * The Redis that an address names: one server, the master that sentinels know, or a Cluster.
 *
 * @returns a sentence when it is none; it never repeats the address, which may hold a password.
 */
export function redisStore(text: string): RedisStore | string {
  const address = readAddress(text)
  if (typeof address === 'string') return address
  const { form, hosts, db, options } = address
  const unknown = [...options.keys()].find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined) return `has no option ${unknown}: use ${OPTIONS.join(', ')}`
  if ((form === 'sentinel') !== options.has('master'))
    return 'must say ?master=NAME when, and only when, it names sentinels'
  if (form === 'cluster' && db !== 0) return 'must name no database: a Cluster has only the one'
  if (form === undefined && hosts.length > 1)
    return 'must name one server: of several say redis-cluster:// or redis-sentinel://'
  const prefix = options.get('prefix') ?? 'tg'
  if (!/^[\w.:-]{1,40}$/.test(prefix))
    return 'has a prefix that is none: use letters, digits, ".", ":", "_", "-"'
  return { kind: 'redis', target: targetOf(address), prefix, shown: show(address) }
}

function readAddress(text: string): Address | string {
  const [, scheme = '', form, userinfo, hostList = '', db, query] = ADDRESS.exec(text) ?? []
  const defaultPort = form === 'sentinel' ? 26_379 : 6379
  const hosts = hostList.split(',').map((host) => readHost(host, defaultPort))
  const login = readLogin(userinfo)
  if (scheme === '' || !hosts.every((host) => host !== undefined)) return FORMS
  if (!login) return 'has a user or password that cannot be read: percent-encode them'
  return {
    scheme: form ? `${scheme}-${form}` : scheme,
    form: form as Address['form'],
    tls: scheme === 'rediss',
    login,
    hosts,
    db: Number(db || 0),
    options: new URLSearchParams(query),
  }
}

function readHost(text: string, defaultPort: number): Host | undefined {
  const [, host, port = String(defaultPort)] = HOST.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535) return undefined
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function readLogin(userinfo = ''): Login | undefined {
  const [username = '', ...rest] = userinfo.split(':')
  try {
    const password = decodeURIComponent(rest.join(':'))
    return { ...(username && { username: decodeURIComponent(username) }), ...(password && { password }) }
  } catch {
    return undefined
  }
}

/** As ioredis wants it; what the ledger must have of a client it adds itself. */
function targetOf({ form, tls, login, hosts, db, options }: Address): RedisTarget {
  const secure = tls && { tls: {} }
  if (form === undefined) return { ...hosts[0]!, ...login, db, ...secure }
  if (form === 'cluster') {
    // Certificates name hosts, and a Cluster's client would otherwise go by their addresses.
    const byName = {
      dnsLookup: (host: string, found: (error: null, host: string) => void) => found(null, host),
    }
    return { cluster: hosts, options: { redisOptions: { ...login, ...secure }, ...(tls && byName) } }
  }
  const sentinelPassword = options.get('sentinel_password')
  return {
    sentinels: [...hosts],
    name: options.get('master')!,
    ...login,
    db,
    ...(sentinelPassword && { sentinelPassword }),
    ...(tls && { ...secure, enableTLSForSentinelMode: true, sentinelTLS: {} }),
  }
}

/** For people: where it is, without who logs in there, and what it is called. */
function show({ scheme, form, hosts, db, options }: Address): string {
  const places = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
  const said = ['master', 'prefix'].flatMap((name) =>
    options.has(name) ? `${name}=${options.get(name)}` : [],
  )
  return `${scheme}://${places.join()}${form === 'cluster' ? '' : `/${db}`}${said.length > 0 ? `?${said.join('&')}` : ''}`
}
