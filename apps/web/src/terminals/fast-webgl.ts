// SPDX-License-Identifier: BSD-2-Clause

/** How programs that imitate a graphics card call themselves; Chromium gives one without calling it slow. */
const IMITATIONS = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let fast: boolean | undefined;

/** WebGL that a processor only imitates is slower than drawing with elements, and takes the time from the lab's programs. */
export function hasFastWebgl(): boolean {
  fast ??= isFast(
    document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true }),
  );
  return fast;
}

/** The context is used up: a page gets few of them. */
export function isFast(context: WebGL2RenderingContext | null): boolean {
  if (context === null) return false;
  const named = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = context.getParameter(named?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !IMITATIONS.test(String(renderer));
}
