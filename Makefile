# The stack in containers. `make` alone says what there is; without containers, `npm run demo` is the place to begin.
compose := docker compose -f docker/compose.yml
embedded := docker compose -f docker/compose.embedded.yml

.DEFAULT_GOAL := help
.PHONY: help build up down clean demo connect status logs embedded embedded-down

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

build: ## Build logboom's image
	$(compose) build

up: ## Start logboom, Elasticsearch, Kibana, Filebeat, nginx and a generator
	$(compose) up --build --detach
	@echo 'Kibana: http://localhost:5601/app/dashboards   nginx: http://localhost:8080   ship to: localhost:5044'

down: ## Stop all of it; what it holds stays
	$(compose) down

clean: ## Stop all of it and remove what it holds
	$(compose) down --volumes

demo: build ## Play the tutorial in a container of its own
	docker run --rm --interactive --tty logboom demo

connect: ## Open a shell in the running logboom
	$(compose) exec logboom sh

status: ## Ask the running logboom how it is
	$(compose) exec logboom node dist/main.js status

logs: ## Follow logboom's log
	$(compose) logs --follow logboom

embedded: ## Start logboom alone, with its embedded store
	$(embedded) up --build --detach

embedded-down: ## Stop it; what it holds stays
	$(embedded) down
