import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What of the tools is not on the PATH: Debian has them as the packages `spin` and `gcc`. */
export function missingTools(): string[] {
  return ['spin', 'gcc'].filter((tool) => spawnSync(tool, [tool === 'spin' ? '-V' : '--version']).error)
}

export interface Search {
  /** Every state there is has been visited. */
  readonly complete: boolean
  readonly states: number
  readonly errors: number
  /** The first assertion that did not hold. */
  readonly violated: string | undefined
}

/** Visit every state of a model, or those up to the first that breaks an assertion. */
export async function search(
  model: string,
  defines: Readonly<Record<string, string | number>> = {},
  { optimise = false }: { readonly optimise?: boolean } = {},
): Promise<Search> {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-spin-'))
  try {
    const flags = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`)
    await run('spin', [...flags, '-a', model], { cwd })
    // Compiling for speed takes longer than it saves where the search is short.
    const speed = optimise ? ['-O2', '-DCOLLAPSE'] : ['-O0']
    await run('gcc', [...speed, '-DSAFETY', '-w', '-o', 'pan', 'pan.c'], { cwd })
    const { stdout } = await run(join(cwd, 'pan'), ['-m100000'], { cwd })
    return {
      complete: !/Search not completed|max search depth too small/.test(stdout),
      states: Number(/(\d+) states, stored/.exec(stdout)?.[1]),
      errors: Number(/errors: (\d+)/.exec(stdout)?.[1]),
      violated: /assertion violated (.*) \(at depth/.exec(stdout)?.[1],
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
