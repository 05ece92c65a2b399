import { enableCompileCache, registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

// A thread starts from a file, and outside of the build it starts from the sources: these are modules in a package that
// is published as CommonJS, which nobody but this tells Node.
if (import.meta.filename.endsWith('.mts')) {
  // Every thread would strip the types anew from all that it loads, which takes longer than what a test asks of it.
  enableCompileCache()
  registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith('.ts') ? { ...context, format: 'module-typescript' } : context),
  })
}

const { serve } = await import('./serve.ts')
serve(parentPort!, workerData)
