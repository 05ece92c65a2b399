import type { AdminToken } from '../admin/admin-token.ts'
import type { Config } from '../config/index.ts'
import type { FrontKeys } from '../store/front-keys.ts'
import { configLines, line, shownPath } from './config-lines.ts'
import { runnable } from './runnable.ts'

/** A gateway that has just begun to listen. */
export interface Started {
  readonly config: Config
  readonly url: string
  readonly adminUrl: string
  readonly adminToken: AdminToken
  readonly front: Pick<FrontKeys, 'demo' | 'strayDemo'>
  /** What the store says of the place where the books are. */
  readonly warnings: readonly string[]
  /** Several of these may run side by side, each with books of its own. */
  readonly kubernetes: boolean
  /** What paths are shown relative to. */
  readonly cwd: string
}

/** What starting says: each line is what this process does, and what to do with it. */
export function startLines(started: Started): string[] {
  const { config, url, adminUrl, adminToken, front, kubernetes, cwd } = started
  const { keptIn } = adminToken
  const { demo, strayDemo } = front
  const key = demo ? `${demo.secret} (team ${demo.team}; in ${shownPath(demo.keptIn, cwd)})` : keyText(config)
  const manyBooks = kubernetes && config.store.kind === 'sqlite' ? [MANY_BOOKS] : []
  const warnings = [...config.warnings, ...started.warnings, ...manyBooks]
  return [
    ...configLines(config, cwd),
    line('key', key),
    ...(strayDemo === undefined ? [] : [line('key', strayText(shownPath(strayDemo, cwd)))]),
    line('python', `OpenAI(base_url="${url}/v1", api_key="${demo?.secret ?? 'tg-…'}")`),
    line('admin', `${adminUrl} (token ${keptIn ? `in ${shownPath(keptIn, cwd)}` : 'as configured'})`),
    ...warnings.map((text) => line('warning', runnable(text, config.file))),
  ]
}

const MANY_BOOKS =
  'this is Kubernetes, and the books are in this pod: three replicas would be three sets of books, each with the whole budget. Run one, on a volume that outlives it, or give them one store: redis://…'

function keyText({ keys, file, store }: Config): string {
  const stated = `${keys.length === 0 ? 'none' : keys.map(({ id }) => id).join(', ')} in ${file}`
  return store.kind === 'redis' ? stated : `${stated}; to make one: tollgate keys create --config ${file}`
}

/** Whoever has called without a config file would otherwise wonder at a 401. */
function strayText(path: string): string {
  return `${path} is for starts without --config: refused here, unless the config states it under keys`
}
