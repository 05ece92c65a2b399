import type { Config } from '../config/index.ts'
import type { Finding } from './finding.ts'

/**
 * Whether the configured tokenizer is installed: without it no gateway starts. Nothing is said of the default, which is
 * always there.
 *
 * @param make makes it, and throws an error that says what to install where it cannot.
 * @param load reads all of the config; where it cannot be read from here, the line of the providers says so.
 */
export function tokenizerFindings(make: (config: Config) => unknown, load: () => Config): readonly Finding[] {
  const config = readable(load)
  if (!config || config.tokenizer === 'js-tiktoken') return []
  try {
    make(config)
    return [{ check: 'tokenizer', level: 'note', text: `${config.tokenizer} is installed.` }]
  } catch (error) {
    return [{ check: 'tokenizer', level: 'refuse', text: `${(error as Error).message}.` }]
  }
}

function readable(load: () => Config): Config | undefined {
  try {
    return load()
  } catch {
    return undefined
  }
}
