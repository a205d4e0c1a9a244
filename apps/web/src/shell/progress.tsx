// SPDX-License-Identifier: BSD-2-Clause
/** Something is on its way: a sentence that says what, because a mark that only turns says nothing. */
export function Progress({ words }: { readonly words: string }) {
  return (
    <div className="progress" role="status">
      <span className="progress-mark" aria-hidden="true" />
      <span>{words}</span>
    </div>
  );
}
