import { mount } from 'svelte';
import './look.css';
import './print.css';
import App from './App.svelte';

// Where no graphics card draws, WebKit draws when something changes, and a driver that is asked for a picture waits for
// that: for a driver one spot is never still.
if (navigator.webdriver) {
  const spot = document.documentElement.appendChild(document.createElement('i'));
  spot.ariaHidden = 'true';
  spot.className = 'spot';
  setInterval(() => spot.classList.toggle('turned'), 200);
}

const target = document.getElementById('app');
if (target) mount(App, { target });
