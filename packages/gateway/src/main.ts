#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `tollgate: Node 22.19 or newer is needed, and this is ${process.version}. In a checkout, \`npm run -s tollgate -- …\` uses the right one.\n`,
  )
  process.exit(1)
}

// Loaded only now: an older Node has not got what the rest imports.
void import('./cli.ts')
