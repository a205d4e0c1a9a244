// SPDX-License-Identifier: BSD-2-Clause

interface PrintButtonProps {
  /** Whether this is the page for the printer already. */
  readonly isPrint: boolean;
}

/** On the slides it opens them for the printer, one slide a page, in a tab of their own; there it prints. */
export function PrintButton({ isPrint }: PrintButtonProps) {
  const press = () => (isPrint ? window.print() : window.open(`${location.pathname}?print-pdf`, '_blank'));
  return (
    <button type="button" className="button slides-print" onClick={press}>
      Print or save as PDF
    </button>
  );
}
