// SPDX-License-Identifier: BSD-2-Clause
import { type RefObject, useEffect } from 'react';
import type { ChartSession } from './chart-session.ts';

const KEYS: Readonly<Record<string, (chart: ChartSession) => void>> = {
  ArrowLeft: (chart) => chart.pan(-0.2),
  ArrowRight: (chart) => chart.pan(0.2),
  PageUp: (chart) => chart.pan(-1),
  PageDown: (chart) => chart.pan(1),
  Home: (chart) => chart.pan(-1000),
  End: (chart) => chart.goLive(),
  '+': (chart) => chart.zoom(1 / 1.5, 1),
  '=': (chart) => chart.zoom(1 / 1.5, 1),
  '-': (chart) => chart.zoom(1.5, 1),
};

/** Drag goes through time, the wheel zooms where the pointer is, a double click is live again; keys do the same. */
export function useChartGestures(
  host: RefObject<HTMLElement | null>,
  session: RefObject<ChartSession | undefined>,
): void {
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const stop = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => element.addEventListener(type, listener, { signal: stop.signal, passive: false });
    on('wheel', (event) => wheel(event, element, session.current));
    on('pointermove', (event) => drag(event, element, session.current));
    on('pointerdown', (event) => element.setPointerCapture(event.pointerId));
    on('dblclick', () => session.current?.goLive());
    on('keydown', (event) => key(event, session.current));
    return () => stop.abort();
  }, [host, session]);
}

function wheel(event: WheelEvent, element: HTMLElement, chart: ChartSession | undefined): void {
  event.preventDefault();
  const { left, width } = element.getBoundingClientRect();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) chart?.pan(event.deltaX / width);
  else chart?.zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, (event.clientX - left) / width);
}

function drag(event: PointerEvent, element: HTMLElement, chart: ChartSession | undefined): void {
  if ((event.buttons & 1) === 1 && event.movementX !== 0) chart?.pan(-event.movementX / element.clientWidth);
}

function key(event: KeyboardEvent, chart: ChartSession | undefined): void {
  const act = event.ctrlKey || event.altKey || event.metaKey ? undefined : KEYS[event.key];
  if (act === undefined || chart === undefined) return;
  event.preventDefault();
  act(chart);
}
