import { describe, expect, it } from '@jest/globals';
import { calendarText } from './calendar-file.ts';

describe('calendar file', () => {
  it('is an event with a reminder, escaped and folded as RFC 5545 asks', () => {
    const show = {
      showId: 's1',
      title: 'Mugs, plates; bowls',
      description: 'Zwölf neue Stücke aus dem letzten Brand, jedes ein Unikat aus der Werkstatt',
      startsAt: '2026-11-27T19:00:00.000Z',
    };
    const text = calendarText(show, 'https://shop.example/shows/s1', new Date('2026-11-20T09:00:00Z'));
    expect(text.split('\r\n')).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Showfloor//Shows//EN',
      'BEGIN:VEVENT',
      'UID:s1@shop.example',
      'DTSTAMP:20261120T090000Z',
      'DTSTART:20261127T190000Z',
      'DTEND:20261127T200000Z',
      'SUMMARY:Mugs\\, plates\\; bowls',
      'DESCRIPTION:Zwölf neue Stücke aus dem letzten Brand\\, jedes ein Unikat a',
      ' us der Werkstatt\\n\\nhttps://shop.example/shows/s1',
      'URL:https://shop.example/shows/s1',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'TRIGGER:-PT10M',
      'DESCRIPTION:Mugs\\, plates\\; bowls',
      'END:VALARM',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });
});
