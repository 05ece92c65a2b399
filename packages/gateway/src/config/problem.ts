/** Where something stands in a config file, from the outside in: `['teams', 0, 'tier']`. */
export type Path = readonly (string | number)[]

/** One thing that is wrong, and where. A text that begins with its verb follows the place without a colon. */
export interface Problem {
  readonly path: Path
  readonly text: string
}

/** A config that cannot be used, with everything that is wrong with it, one problem a line; never a secret in any. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Each names the place and the cure: `teams[0].tier: "defalt" is not a tier: did you mean "default"?` */
  readonly problems: readonly string[]

  /** @param source the file, or what else the config was read from. */
  constructor(source: string, problems: readonly Problem[]) {
    const lines = problems.map(showProblem)
    super(lines.map((line) => `${source}: ${line}`).join('\n'))
    this.problems = lines
  }
}

const PREDICATE = /^(is|has|must|needs) /

function showProblem({ path, text }: Problem): string {
  if (path.length === 0) return text
  return `${showPath(path)}${PREDICATE.test(text) ? '' : ':'} ${text}`
}

/** `teams[0].tier`, `prices["gpt-4.1"].input`. */
export function showPath(path: Path): string {
  return path.reduce<string>((place, step) => {
    if (typeof step === 'number') return `${place}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${place}[${JSON.stringify(step)}]`
    return place === '' ? step : `${place}.${step}`
  }, '')
}
