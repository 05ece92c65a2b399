import { createRequire } from 'node:module'

const requireLazily = createRequire(__filename)

/**
 * A package that only some assemblies need, and that those install themselves.
 *
 * @param needs what needs it, for the sentence that says what to do.
 * @throws Error that names the command, when it is not installed.
 */
export function optionalPeer(name: string, needs: string): unknown {
  try {
    return requireLazily(name)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause
    throw new Error(`${needs} needs a package that is not installed: npm install ${name}`, { cause })
  }
}
