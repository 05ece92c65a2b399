import type { AdminToken } from '../admin/admin-token.ts'
import type { Config } from '../config/index.ts'
import type { DemoKey } from '../store/front-keys.ts'
import { configLines, line, shownPath } from './config-lines.ts'

/** A gateway that has just begun to listen. */
export interface Started {
  readonly config: Config
  readonly url: string
  readonly adminUrl: string
  readonly adminToken: AdminToken
  readonly demo: DemoKey | undefined
  /** Several of these may run side by side, each with books of its own. */
  readonly kubernetes: boolean
  /** What paths are shown relative to. */
  readonly cwd: string
}

/** What starting says: each line is what this process does, and what to do with it. */
export function startLines({ config, url, adminUrl, adminToken, demo, kubernetes, cwd }: Started): string[] {
  const { keptIn } = adminToken
  const key = demo ? `${demo.secret} (team ${demo.team}; in ${shownPath(demo.keptIn, cwd)})` : keyText(config)
  const warnings = kubernetes ? [...config.warnings, MANY_BOOKS] : config.warnings
  return [
    ...configLines(config, cwd),
    line('key', key),
    line('python', `OpenAI(base_url="${url}/v1", api_key="${demo?.secret ?? 'tg-…'}")`),
    line('admin', `${adminUrl} (token ${keptIn ? `in ${shownPath(keptIn, cwd)}` : 'as configured'})`),
    ...warnings.map((text) => line('warning', text)),
  ]
}

const MANY_BOOKS =
  'this is Kubernetes, and the books are in this pod: three replicas would be three sets of books, each with the whole budget. Run one, on a volume that outlives it.'

function keyText({ keys, file }: Config): string {
  const stated = keys.length === 0 ? 'none' : keys.map(({ id }) => id).join(', ')
  return `${stated} in ${file}; to make one: tollgate keys create --config ${file}`
}
